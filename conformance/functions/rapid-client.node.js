// Stands in for rapid-client.node, the part of aws-lambda-ric that is in C++ and
// wants autotools, CMake and a compiler to be installed. It says the same to the
// Lambda Runtime API, one thing after the other.

const http = require("node:http");

const runtime = `http://${process.env.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime/invocation/`;
const agent = new http.Agent({ keepAlive: true });
let said = Promise.resolve();

function call(method, path, headers, body) {
  return new Promise((resolve, reject) => {
    const request = http.request(runtime + path, { method, headers, agent }, (response) => {
      let text = "";
      response.setEncoding("utf-8").on("data", (chunk) => (text += chunk));
      response.on("end", () => resolve({ bodyJson: text, headers: response.headers }));
    });
    request.on("error", reject).end(body);
  });
}

exports.initializeClient = () => {};
exports.next = () => said.then(() => call("GET", "next"));
exports.done = (id, body) => {
  said = call("POST", `${id}/response`, { "Content-Type": "application/json" }, body);
};
exports.error = (id, body, cause) => {
  const type = JSON.parse(body).errorType;
  const headers = { "Lambda-Runtime-Function-Error-Type": type, "Lambda-Runtime-Function-XRay-Error-Cause": cause };
  said = call("POST", `${id}/error`, { "Content-Type": "application/json", ...headers }, body);
};
