"""Handlers as people write them for AWS."""

import json
import os
import time


def handler(event, context):
    if event["path"] == "/fail":
        raise ValueError("no greeting for you")
    if event["path"] == "/slow":
        time.sleep(60)
    if event["path"] == "/exit":
        os._exit(7)
    name = event["queryStringParameters"]["name"]
    print("greeting", name)
    return {
        "statusCode": 201,
        "headers": {"X-Language": "Python", "X-Request": context.aws_request_id},
        "body": json.dumps({
            "greeting": f"Hello, {name}!",
            "method": event["httpMethod"],
            "body": event["body"],
            "function": context.function_name,
            "arn": context.invoked_function_arn,
            "memory": context.memory_limit_in_mb,
            "left": context.get_remaining_time_in_millis() > 1000,
            "process": os.getpid(),
        }),
    }


def sum(event, context):
    return {"sum": event["a"] + event["b"]}
