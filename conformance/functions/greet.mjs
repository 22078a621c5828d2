// What greet.py does, in JavaScript.

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
  const out = awslambda.HttpResponseStream.from(stream, { statusCode: 203, headers: { "X-Language": "Node.js" } });
  for (const word of ["once", "upon", "a", "time"]) out.write(`${word} `);
  if (event.path === "/fail") throw new RangeError("no story for you");
  out.end();
});
