// The least that a CDK app can do for given templates: `new CfnResource(…)` for each resource of a cloud assembly.
//
// usage: node floor.js ASSEMBLY
//
// It writes stages and stacks of the same names to CDK_OUTDIR, as any CDK app. The templates are the same, but for
// what the CDK itself says of how it wrote them. NODE_PATH says where aws-cdk-lib is.
"use strict";

const { readFileSync, existsSync } = require("node:fs");
const { join } = require("node:path");
const { App, CfnOutput, CfnResource, Stack, Stage, Validations } = require("aws-cdk-lib");

const read = (...path) => JSON.parse(readFileSync(join(...path), "utf8"));
const lastName = (artifact) => artifact.displayName.split(" ")[0].split("/").pop();

function addAssembly(scope, directory) {
  for (const artifact of Object.values(read(directory, "manifest.json").artifacts)) {
    if (artifact.type === "cdk:cloud-assembly") {
      const { directoryName } = artifact.properties;
      addAssembly(new Stage(scope, lastName(artifact.properties)), join(directory, directoryName));
    } else if (artifact.type === "aws:cloudformation:stack") {
      addStack(scope, directory, artifact);
    }
  }
}

function addStack(scope, directory, { environment, displayName, properties }) {
  const [account, region] = environment.replace("aws://", "").split("/");
  const template = read(directory, properties.templateFile);
  const stack = new Stack(scope, lastName({ displayName }), {
    description: template.Description,
    env: {
      account: account === "unknown-account" ? undefined : account,
      region: region === "unknown-region" ? undefined : region,
    },
    stackName: properties.stackName,
    tags: properties.tags,
    terminationProtection: properties.terminationProtection,
  });
  for (const [id, { Type, Properties, ...attributes }] of Object.entries(template.Resources)) {
    const resource = new CfnResource(stack, id, { type: Type, properties: Properties });
    resource.overrideLogicalId(id);
    for (const [name, value] of Object.entries(attributes)) {
      resource.addOverride(name, value);
    }
  }
  for (const [id, output] of Object.entries(template.Outputs ?? {})) {
    new CfnOutput(stack, `Output${id}`, {
      description: output.Description,
      exportName: output.Export?.Name,
      value: output.Value,
    }).overrideLogicalId(id);
  }
}

function acknowledge(app, report) {
  const ids = report.pluginReports
    .flatMap((plugin) => plugin.suppressedViolations ?? [])
    .map((violation) => violation.acknowledgedId);
  for (const id of new Set(ids)) {
    Validations.of(app).acknowledge({ id, reason: "As in the app that is measured." });
  }
}

const [assembly] = process.argv.slice(2);
const app = new App();
addAssembly(app, assembly);
if (existsSync(join(assembly, "validation-report.json"))) {
  acknowledge(app, read(assembly, "validation-report.json"));
}
app.synth();
