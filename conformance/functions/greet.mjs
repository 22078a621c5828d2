// What greet.py does, in JavaScript, and functions that stream.

import { existsSync } from "node:fs";

export async function handler(event, context) {
  if (event.path === "/fail") throw new RangeError("no greeting for you");
  if (event.path === "/slow") await new Promise((done) => setTimeout(done, 60_000));
  if (event.path === "/exit") process.exit(7);
  console.log("greeting", event.queryStringParameters.name);
  return {
    statusCode: 201,
    headers: { "X-Language": "Node.js", "X-Request": context.awsRequestId },
    body: JSON.stringify({
      greeting: `Hello, ${event.queryStringParameters.name}!`,
      method: event.httpMethod,
      body: event.body,
      function: context.functionName,
      arn: context.invokedFunctionArn,
      memory: context.memoryLimitInMB,
      left: context.getRemainingTimeInMillis() > 1000,
      process: process.pid,
    }),
  };
}

export async function sum(event) {
  return { sum: event.a + event.b };
}

export const story = awslambda.streamifyResponse(async (event, stream) => {
  if (event.path === "/none") throw new RangeError("no story for you");
  const head = { statusCode: 203, headers: { "X-Language": "Node.js" }, cookies: ["told=1", "by=Ada"] };
  const out = awslambda.HttpResponseStream.from(stream, head);
  await new Promise((sent) => out.write("once ", sent));
  if (event.path === "/exit") process.exit(7);
  const gate = event.queryStringParameters?.gate;
  while (gate && !existsSync(gate)) await new Promise((done) => setTimeout(done, 10));
  for (const word of ["upon", "a", "time"]) out.write(`${word} `);
  if (event.path === "/fail") throw new RangeError("no end for you");
  out.end();
});

export const essay = awslambda.streamifyResponse(async (event, stream) => {
  stream.write('{"statusCode": 203, ');
  stream.end('"body": "essay"}');
});
