// Calls Amazon API Gateway by the AWS SDK for JavaScript v3, for tests that are
// written once for every client. It reads calls, one a line, from its standard
// input, and answers each with a line:
//
//	{"operation": "GetRestApi", "input": {"restApiId": "x"}}
//	{"error": {"code": "NotFoundException", "message": "…", "modelled": true}}
//
// With "pages": true the SDK's paginator makes the calls, and the output is the
// list of its pages. Endpoint, region and credentials are those of the
// environment.

import { createInterface } from "node:readline";

import * as sdk from "@aws-sdk/client-api-gateway";

const client = new sdk.APIGatewayClient();

for await (const line of createInterface({ input: process.stdin })) {
  const call = JSON.parse(line);
  console.log(JSON.stringify(await answer(call)));
}

async function answer({ operation, input, pages }) {
  if (/^(Import|PutRestApi)/.test(operation)) {
    input.body = Buffer.from(input.body, "base64");
  }
  try {
    return { output: plain(pages ? await allPages(operation, input) : await output(operation, input)) };
  } catch (e) {
    if (!(e instanceof sdk.APIGatewayServiceException)) {
      throw e;
    }
    const modelled = Boolean(sdk[e.name]) && e instanceof sdk[e.name];
    return { error: { code: e.name, message: e.message, modelled } };
  }
}

async function output(operation, input) {
  return client.send(new sdk[`${operation}Command`](input));
}

async function allPages(operation, input) {
  const pages = [];
  for await (const page of sdk[`paginate${operation}`]({ client }, input)) {
    pages.push(page);
  }
  return pages;
}

// plain turns an output into what JSON can say, with dates in seconds.
function plain(value) {
  if (value instanceof Date) {
    return Math.floor(value.getTime() / 1000);
  }
  if (value instanceof Uint8Array) {
    return Buffer.from(value).toString("base64");
  }
  if (Array.isArray(value)) {
    return value.map(plain);
  }
  if (value === null || typeof value !== "object") {
    return value;
  }
  const members = Object.entries(value).filter(([name]) => name !== "$metadata");
  return Object.fromEntries(members.map(([name, member]) => [name, plain(member)]));
}
