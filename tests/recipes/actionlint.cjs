// Lints the workflows in the list on standard input, and prints what is wrong with each as JSON.
const { readFileSync } = require("node:fs");
const { runLint } = require(process.argv[2]);

(async () => {
  const found = [];
  for (const text of JSON.parse(readFileSync(0, "utf8"))) {
    found.push(await runLint(text, ".github/workflows/workflow.yaml"));
  }
  process.stdout.write(JSON.stringify(found), () => process.exit(0));
})();
