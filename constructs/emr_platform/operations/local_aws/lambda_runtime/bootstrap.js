// Runs one invocation of a Node.js Lambda function: reads the invocation from standard input, writes its
// result to the file that the invocation names. Whatever the function prints is its log.
'use strict';

const fs = require('node:fs');
const http = require('node:http');
const https = require('node:https');
const path = require('node:path');
const { pathToFileURL } = require('node:url');

const invocation = JSON.parse(fs.readFileSync(0, 'utf8'));

// A custom resource's handler answers to `ResponseURL`. On AWS that is always https on the default port, and
// handlers build their request from the host and path alone. Ours is http on a port of the loopback address, so
// exactly those requests are sent there.
function answerLocally(responseUrl) {
  const target = new URL(responseUrl);
  const overTls = https.request;
  https.request = function request(options, ...rest) {
    const forUs = options && typeof options === 'object' && options.path === target.pathname + target.search
      && (options.hostname ?? options.host) === target.hostname;
    if (!forUs) {
      return overTls.call(https, options, ...rest);
    }
    return http.request({ ...options, protocol: 'http:', port: target.port, agent: undefined }, ...rest);
  };
}

async function loadHandler(handler) {
  const separator = handler.lastIndexOf('.');
  const stem = path.join(process.cwd(), handler.slice(0, separator));
  const file = ['.js', '.mjs', '.cjs'].map((suffix) => stem + suffix).find((candidate) => fs.existsSync(candidate));
  if (file === undefined) {
    throw new Error(`Cannot find module '${handler.slice(0, separator)}' in the function's code`);
  }
  // `require` also leaves a CommonJS module's exports as it wrote them; ES modules come as their namespace.
  const loaded = file.endsWith('.mjs') ? await import(pathToFileURL(file).href) : require(file);
  const found = loaded[handler.slice(separator + 1)];
  if (typeof found !== 'function') {
    throw new Error(`${handler} is undefined or not exported`);
  }
  return found;
}

function invoke(handler, event, context) {
  return new Promise((resolve, reject) => {
    const callback = (error, result) => (error ? reject(error) : resolve(result));
    const returned = handler(event, context, callback);
    if (returned && typeof returned.then === 'function') {
      returned.then(resolve, reject);
    }
  });
}

function finish(outcome) {
  fs.writeFileSync(invocation.result_file, JSON.stringify(outcome));
  process.exit(0);
}

async function main() {
  const deadline = Date.now() + invocation.timeout_seconds * 1000;
  const context = { ...invocation.context, getRemainingTimeInMillis: () => deadline - Date.now() };
  if (invocation.event && typeof invocation.event.ResponseURL === 'string') {
    answerLocally(invocation.event.ResponseURL);
  }
  const handler = await loadHandler(invocation.handler);
  return invoke(handler, invocation.event, context);
}

function messageOf(error) {
  const message = error?.message ?? String(error);
  if (error?.code !== 'MODULE_NOT_FOUND') {
    return message;
  }
  // On AWS the runtime brings the SDK along; here it is the project that must.
  const [what] = message.split('\n');
  return `${what}; what is not in the function's code is looked for in ${process.env.NODE_PATH}`;
}

main().then(
  (result) => finish({ result: result === undefined ? null : result }),
  (error) => {
    console.error(error);
    finish({
      error: {
        errorType: error?.name ?? 'Error',
        errorMessage: messageOf(error),
        trace: String(error?.stack ?? '').split('\n'),
      },
    });
  },
);
