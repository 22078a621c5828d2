"""Every operation of every kind, by each client: a kind's life in a few lines.

What a kind answers in each case is tested beside the code; here clients write
the requests and read the answers. An operation is added by a call in a test.
"""

import json
import re
from datetime import datetime, timezone

import boto3
import pytest

from clients import Refused

MOCK = {"type": "MOCK", "requestTemplates": {"application/json": '{"statusCode": 200}'}}
ROLE = "arn:aws:iam::123456789012:role/logs"
POOL = "arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_a"
CERTIFICATE = "arn:aws:acm:us-east-1:123456789012:certificate/a"
BALANCER = "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/net/a/b"
FUNCTION = (
    "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/"
    "arn:aws:lambda:us-east-1:123456789012:function:who/invocations"
)


@pytest.fixture
def api(aws):
    """An API with GET / answered by a mock; takes it away afterwards."""
    api = aws("create_rest_api", name="operations")
    method(aws, at(api, api["rootResourceId"]))
    yield api
    aws("delete_rest_api", restApiId=api["id"])


def at(api, resource, verb="GET"):
    return {"restApiId": api["id"], "resourceId": resource, "httpMethod": verb}


def method(aws, at):
    aws("put_method", **at, authorizationType="NONE")
    aws("put_integration", **at, **MOCK)


def replace(**values):
    """Patch operations that replace top-level members."""
    return [{"op": "replace", "path": "/" + name, "value": value} for name, value in values.items()]


def refusal(call, operation, **parameters):
    with pytest.raises(Refused) as refused:
        call(operation, **parameters)
    return refused.value


def today():
    return datetime.now(timezone.utc).strftime("%Y-%m-%d")


def has(answer, **members):
    """Reports whether an answer has the members with these values."""
    return {name: answer.get(name) for name in members} == members


def test_rest_apis(aws):
    api = aws(
        "create_rest_api", name="shop", description="goods", version="7", apiKeySource="AUTHORIZER",
        binaryMediaTypes=["image/png", "a/b"], minimumCompressionSize=0, disableExecuteApiEndpoint=True,
        endpointConfiguration={"types": ["REGIONAL"], "ipAddressType": "dualstack"}, tags={"team": "a b"},
    )  # fmt: skip
    wanted = {
        "name": "shop", "description": "goods", "version": "7", "apiKeySource": "AUTHORIZER",
        "binaryMediaTypes": ["image/png", "a/b"], "minimumCompressionSize": 0, "disableExecuteApiEndpoint": True,
        "endpointConfiguration": {"types": ["REGIONAL"], "ipAddressType": "dualstack"}, "tags": {"team": "a b"},
    }  # fmt: skip
    id = {"restApiId": api["id"]}
    assert has(api, **wanted)
    assert has(aws("get_rest_api", **id), **wanted, rootResourceId=api["rootResourceId"])
    changed = aws(
        "update_rest_api", **id,
        patchOperations=[
            *replace(name="store", minimumCompressionSize="1024", disableExecuteApiEndpoint="false"),
            {"op": "remove", "path": "/binaryMediaTypes/image~1png"},
            {"op": "add", "path": "/binaryMediaTypes/*~1*"},
        ],
    )  # fmt: skip
    assert has(changed, name="store", minimumCompressionSize=1024, disableExecuteApiEndpoint=False)
    assert changed["binaryMediaTypes"] == ["a/b", "*/*"]
    clone = aws("create_rest_api", name="copy", cloneFrom=api["id"])
    assert has(clone, name="copy") and clone["id"] != api["id"]
    assert {api["id"], clone["id"]} <= {each["id"] for each in aws("get_rest_apis", limit=500)["items"]}
    for each in api, clone:
        aws("delete_rest_api", restApiId=each["id"])
    assert refusal(aws, "get_rest_api", **id).code == "NotFoundException"


def test_resources(aws, api):
    id, root = {"restApiId": api["id"]}, api["rootResourceId"]
    pets = aws("create_resource", **id, parentId=root, pathPart="pets")
    pet = aws("create_resource", **id, parentId=pets["id"], pathPart="{petId}")
    assert has(pet, parentId=pets["id"], pathPart="{petId}", path="/pets/{petId}")
    animals = aws("update_resource", **id, resourceId=pets["id"], patchOperations=replace(pathPart="animals"))
    assert animals["path"] == "/animals"
    assert aws("get_resource", **id, resourceId=pet["id"])["path"] == "/animals/{petId}"
    found = aws("get_resource", **id, resourceId=root, embed=["methods"])
    assert has(found["resourceMethods"]["GET"]["methodIntegration"], type="MOCK")
    listed = aws("get_resources", **id)["items"]
    assert {each["path"] for each in listed} == {"/", "/animals", "/animals/{petId}"}
    aws("delete_resource", **id, resourceId=pets["id"])
    assert refusal(aws, "get_resource", **id, resourceId=pet["id"]).code == "NotFoundException"


def test_methods(aws, api):
    post = at(api, api["rootResourceId"], "POST")
    wanted = {
        "authorizationType": "AWS_IAM", "apiKeyRequired": True, "operationName": "addPet",
        "requestParameters": {"method.request.querystring.a": True, "method.request.header.b": False},
        "requestModels": {"application/json": "Empty"},
    }  # fmt: skip
    assert has(aws("put_method", **post, **wanted), httpMethod="POST", **wanted)
    assert has(aws("get_method", **post), **wanted)
    changed = aws("update_method", **post, patchOperations=[
        *replace(authorizationType="NONE", apiKeyRequired="false"),
        {"op": "add", "path": "/requestModels/text~1plain", "value": "Error"},
        {"op": "remove", "path": "/requestParameters/method.request.header.b"},
    ])  # fmt: skip
    assert has(changed, authorizationType="NONE", apiKeyRequired=False)
    assert changed["requestModels"] == {"application/json": "Empty", "text/plain": "Error"}
    assert changed["requestParameters"] == {"method.request.querystring.a": True}
    aws("delete_method", **post)
    assert refusal(aws, "get_method", **post).code == "NotFoundException"


def test_method_responses(aws, api):
    ok = at(api, api["rootResourceId"]) | {"statusCode": "200"}
    wanted = {"responseParameters": {"method.response.header.a": True}, "responseModels": {"text/plain": "Empty"}}
    assert has(aws("put_method_response", **ok, **wanted), statusCode="200", **wanted)
    assert has(aws("get_method_response", **ok), **wanted)
    patch = [{"op": "add", "path": "/responseParameters/method.response.header.b", "value": "false"}]
    changed = aws("update_method_response", **ok, patchOperations=patch)
    assert changed["responseParameters"] == {"method.response.header.a": True, "method.response.header.b": False}
    aws("delete_method_response", **ok)
    assert refusal(aws, "get_method_response", **ok).code == "NotFoundException"


def test_integrations(aws, api):
    post = at(api, api["rootResourceId"], "POST")
    aws("put_method", **post, authorizationType="NONE", requestParameters={"method.request.querystring.a": False})
    wanted = {
        "type": "HTTP", "uri": "http://127.0.0.1:1/pets", "timeoutInMillis": 1000, "cacheNamespace": "here",
        "requestParameters": {"integration.request.header.b": "method.request.querystring.a"},
        "requestTemplates": {"application/json": "$input.json('$')"}, "passthroughBehavior": "NEVER",
        "cacheKeyParameters": ["method.request.querystring.a"], "contentHandling": "CONVERT_TO_TEXT",
        "tlsConfig": {"insecureSkipVerification": True},
    }  # fmt: skip
    assert has(aws("put_integration", **post, integrationHttpMethod="PUT", **wanted), httpMethod="PUT", **wanted)
    assert has(aws("get_integration", **post), **wanted)
    patch = [*replace(timeoutInMillis="2000"), {"op": "remove", "path": "/requestTemplates/application~1json"}]
    changed = aws("update_integration", **post, patchOperations=patch)
    assert changed["timeoutInMillis"] == 2000 and not changed.get("requestTemplates")
    aws("delete_integration", **post)
    assert refusal(aws, "get_integration", **post).code == "NotFoundException"


def test_integration_responses(aws, api):
    ok = at(api, api["rootResourceId"]) | {"statusCode": "200"}
    aws("put_method_response", **ok, responseParameters={"method.response.header.a": False})
    wanted = {
        "selectionPattern": "2..", "contentHandling": "CONVERT_TO_BINARY",
        "responseParameters": {"method.response.header.a": "'b'"},
        "responseTemplates": {"application/json": '{"ü": "✓"}'},
    }  # fmt: skip
    assert has(aws("put_integration_response", **ok, **wanted), statusCode="200", **wanted)
    assert has(aws("get_integration_response", **ok), **wanted)
    changed = aws("update_integration_response", **ok, patchOperations=replace(selectionPattern="3.."))
    assert changed["selectionPattern"] == "3.."
    aws("delete_integration_response", **ok)
    assert refusal(aws, "get_integration_response", **ok).code == "NotFoundException"


def test_models(aws, api):
    id = {"restApiId": api["id"]}
    schema = '{"type": "object", "properties": {"name": {"type": "string"}}}'
    pet = {**id, "modelName": "Pet"}
    wanted = {"contentType": "application/json", "description": "a pet", "schema": schema}
    assert has(aws("create_model", **id, name="Pet", **wanted), name="Pet", **wanted)
    url = f"https://apigateway.amazonaws.com/restapis/{api['id']}/models/Pet"
    pets = json.dumps({"type": "array", "items": {"$ref": url}})
    aws("create_model", **id, name="Pets", contentType="application/json", schema=pets)
    assert has(aws("get_model", **pet), **wanted)
    assert url not in aws("get_model", **id, modelName="Pets", flatten=True)["schema"]
    assert "$inputRoot.name" not in aws("get_model_template", **pet)["value"]
    assert has(aws("update_model", **pet, patchOperations=replace(description="any pet")), description="any pet")
    assert {each["name"] for each in aws("get_models", **id)["items"]} == {"Empty", "Error", "Pet", "Pets"}
    assert refusal(aws, "delete_model", **pet).code == "ConflictException"
    aws("delete_model", **id, modelName="Pets")
    aws("delete_model", **pet)
    assert refusal(aws, "get_model", **pet).code == "NotFoundException"


def test_request_validators(aws, api):
    id = {"restApiId": api["id"]}
    made = aws("create_request_validator", **id, name="all", validateRequestBody=True, validateRequestParameters=False)
    validator = {**id, "requestValidatorId": made["id"]}
    wanted = {"name": "all", "validateRequestBody": True, "validateRequestParameters": False}
    assert has(made, **wanted) and has(aws("get_request_validator", **validator), **wanted)
    patch = replace(validateRequestParameters="true", validateRequestBody="false")
    changed = aws("update_request_validator", **validator, patchOperations=patch)
    assert has(changed, validateRequestBody=False, validateRequestParameters=True)
    assert [each["id"] for each in aws("get_request_validators", **id)["items"]] == [made["id"]]
    aws("delete_request_validator", **validator)
    assert refusal(aws, "get_request_validator", **validator).code == "NotFoundException"


def test_authorizers(aws, api):
    id = {"restApiId": api["id"]}
    wanted = {
        "name": "who", "type": "TOKEN", "authorizerUri": FUNCTION, "authorizerCredentials": ROLE,
        "identitySource": "method.request.header.Authorization", "identityValidationExpression": "^Bearer .+$",
        "authorizerResultTtlInSeconds": 0,
    }  # fmt: skip
    made = aws("create_authorizer", **id, **wanted)
    authorizer = {**id, "authorizerId": made["id"]}
    assert has(made, **wanted) and has(aws("get_authorizer", **authorizer), **wanted)
    patch = replace(name="whoever", authorizerResultTtlInSeconds="60")
    changed = aws("update_authorizer", **authorizer, patchOperations=patch)
    assert has(changed, name="whoever", authorizerResultTtlInSeconds=60)
    pools = aws("create_authorizer", **id, name="pools", type="COGNITO_USER_POOLS", providerARNs=[POOL],
                identitySource="method.request.header.Authorization")  # fmt: skip
    assert pools["providerARNs"] == [POOL]
    assert {each["name"] for each in aws("get_authorizers", **id)["items"]} == {"whoever", "pools"}
    aws("delete_authorizer", **authorizer)
    assert refusal(aws, "get_authorizer", **authorizer).code == "NotFoundException"


def test_documentation_parts(aws, api):
    id = {"restApiId": api["id"]}
    location = {"type": "METHOD", "path": "/", "method": "GET"}
    made = aws("create_documentation_part", **id, location=location, properties='{"summary": "x"}')
    part = {**id, "documentationPartId": made["id"]}
    assert has(made, properties='{"summary": "x"}') and has(made["location"], **location)
    assert has(aws("get_documentation_part", **part)["location"], **location)
    changed = aws("update_documentation_part", **part, patchOperations=replace(properties='{"summary": "y"}'))
    assert changed["properties"] == '{"summary": "y"}'
    aws("create_documentation_part", **id, location={"type": "API"}, properties="{}")
    listed = aws("get_documentation_parts", **id, type="METHOD", path="/", locationStatus="DOCUMENTED")
    assert [each["id"] for each in listed["items"]] == [made["id"]]
    aws("delete_documentation_part", **part)
    assert refusal(aws, "get_documentation_part", **part).code == "NotFoundException"


def test_documentation_versions(aws, api):
    id = {"restApiId": api["id"]}
    aws("create_documentation_part", **id, location={"type": "API"}, properties="{}")
    aws("create_deployment", **id, stageName="prod")
    version = {**id, "documentationVersion": "v1"}
    made = aws("create_documentation_version", **version, stageName="prod", description="first")
    assert has(made, version="v1", description="first")
    assert aws("get_stage", **id, stageName="prod")["documentationVersion"] == "v1"
    assert has(aws("get_documentation_version", **version), description="first")
    changed = aws("update_documentation_version", **version, patchOperations=replace(description="1st"))
    assert changed["description"] == "1st"
    assert [each["version"] for each in aws("get_documentation_versions", **id)["items"]] == ["v1"]
    aws("delete_stage", **id, stageName="prod")
    aws("delete_documentation_version", **version)
    assert refusal(aws, "get_documentation_version", **version).code == "NotFoundException"


def test_api_keys(aws):
    wanted = {"name": "mine", "description": "a key", "enabled": True, "customerId": "c", "tags": {"a": "b"}}
    made = aws("create_api_key", **wanted, value="0123456789012345678901", generateDistinctId=True)
    key = {"apiKey": made["id"]}
    assert has(made, **wanted, value="0123456789012345678901")
    found = aws("get_api_key", **key, includeValue=True)
    assert has(found, **wanted, value="0123456789012345678901")
    assert not aws("get_api_key", **key).get("value")
    assert has(aws("update_api_key", **key, patchOperations=replace(enabled="false")), enabled=False)
    listed = aws("get_api_keys", nameQuery="min", customerId="c", includeValues=True)["items"]
    assert [(each["id"], each["value"]) for each in listed] == [(made["id"], "0123456789012345678901")]
    aws("delete_api_key", **key)
    assert refusal(aws, "get_api_key", **key).code == "NotFoundException"


def test_import_of_api_keys(aws):
    keys = b"name,key,description,Enabled,usageplanIds\nmine,imported-key-of-22-char,x,true,\n"
    made = aws("import_api_keys", body=keys, format="csv", failOnWarnings=True)
    found = aws("get_api_key", apiKey=made["ids"][0], includeValue=True)
    assert has(found, name="mine", value="imported-key-of-22-char", description="x", enabled=True)
    aws("delete_api_key", apiKey=found["id"])


def test_usage_plans(aws, api):
    aws("create_deployment", restApiId=api["id"], stageName="prod")
    stages = [{"apiId": api["id"], "stage": "prod", "throttle": {"/GET": {"burstLimit": 1, "rateLimit": 2.5}}}]
    wanted = {
        "name": "gold", "description": "much", "apiStages": stages, "throttle": {"burstLimit": 3, "rateLimit": 4.5},
        "quota": {"limit": 100, "offset": 2, "period": "WEEK"}, "tags": {"a": "b"},
    }  # fmt: skip
    made = aws("create_usage_plan", **wanted)
    plan = {"usagePlanId": made["id"]}
    assert has(made, **wanted) and has(aws("get_usage_plan", **plan), **wanted)
    key = aws("create_api_key", name="mine", enabled=True)
    member = {**plan, "keyId": key["id"]}
    added = aws("create_usage_plan_key", **member, keyType="API_KEY")
    assert has(added, id=key["id"], type="API_KEY", value=key["value"], name="mine")
    assert has(aws("get_usage_plan_key", **member), value=key["value"])
    assert [each["id"] for each in aws("get_usage_plan_keys", **plan, nameQuery="mi")["items"]] == [key["id"]]
    assert [each["id"] for each in aws("get_usage_plans", keyId=key["id"])["items"]] == [made["id"]]

    aws("update_usage", **member, patchOperations=replace(remaining="7"))
    used = aws("get_usage", **member, startDate=today(), endDate=today())
    assert has(used, usagePlanId=made["id"])
    assert used["items"][key["id"]][0][1] == 7

    patch = [
        *replace(name="silver"),
        {"op": "remove", "path": "/apiStages", "value": f"{api['id']}:prod"},
        {"op": "replace", "path": "/throttle/rateLimit", "value": "0.5"},
    ]
    changed = aws("update_usage_plan", **plan, patchOperations=patch)
    assert has(changed, name="silver", apiStages=[], throttle={"burstLimit": 3, "rateLimit": 0.5})
    aws("delete_usage_plan_key", **member)
    assert refusal(aws, "get_usage_plan_key", **member).code == "NotFoundException"
    aws("delete_usage_plan", **plan)
    assert refusal(aws, "get_usage_plan", **plan).code == "NotFoundException"
    aws("delete_api_key", apiKey=key["id"])


def test_certificates(aws):
    made = aws("generate_client_certificate", description="mine", tags={"a": "b"})
    certificate = {"clientCertificateId": made["clientCertificateId"]}
    assert has(made, description="mine", tags={"a": "b"})
    assert made["pemEncodedCertificate"].startswith("-----BEGIN CERTIFICATE-----")
    found = aws("get_client_certificate", **certificate)
    assert has(found, pemEncodedCertificate=made["pemEncodedCertificate"])
    changed = aws("update_client_certificate", **certificate, patchOperations=replace(description="ours"))
    assert changed["description"] == "ours"
    listed = aws("get_client_certificates")["items"]
    assert made["clientCertificateId"] in [each["clientCertificateId"] for each in listed]
    aws("delete_client_certificate", **certificate)
    assert refusal(aws, "get_client_certificate", **certificate).code == "NotFoundException"


def test_domain_names(aws, api):
    aws("create_deployment", restApiId=api["id"], stageName="prod")
    shop = {"domainName": "shop.example.com"}
    made = aws(
        "create_domain_name", **shop, regionalCertificateArn=CERTIFICATE, securityPolicy="TLS_1_2",
        endpointConfiguration={"types": ["REGIONAL"]}, tags={"a": "b"},
        mutualTlsAuthentication={"truststoreUri": "s3://trust/store.pem", "truststoreVersion": "7"},
    )  # fmt: skip
    assert has(made, **shop, regionalCertificateArn=CERTIFICATE, domainNameStatus="AVAILABLE", tags={"a": "b"})
    found = aws("get_domain_name", **shop)
    assert has(found["mutualTlsAuthentication"], truststoreUri="s3://trust/store.pem", truststoreVersion="7")
    changed = aws("update_domain_name", **shop, patchOperations=replace(securityPolicy="TLS_1_0"))
    assert changed["securityPolicy"] == "TLS_1_0"
    assert [each["domainName"] for each in aws("get_domain_names", resourceOwner="SELF")["items"]] == ["shop.example.com"]

    pets = {**shop, "basePath": "pets"}
    wanted = {"basePath": "pets", "restApiId": api["id"], "stage": "prod"}
    assert has(aws("create_base_path_mapping", **shop, **wanted), **wanted)
    aws("create_base_path_mapping", **shop, restApiId=api["id"])
    assert has(aws("get_base_path_mapping", **pets), **wanted)
    assert has(aws("get_base_path_mapping", **shop, basePath="(none)"), restApiId=api["id"])
    aws("update_base_path_mapping", **pets, patchOperations=replace(basePath="animals"))
    listed = aws("get_base_path_mappings", **shop)["items"]
    assert {each["basePath"] for each in listed} == {"animals", "(none)"}
    for path in "animals", "(none)":
        aws("delete_base_path_mapping", **shop, basePath=path)
    aws("delete_domain_name", **shop)
    assert refusal(aws, "get_domain_name", **shop).code == "NotFoundException"


def test_private_domain_names(aws):
    policy = json.dumps({"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}]})
    made = aws("create_domain_name", domainName="in.example.com", certificateArn=CERTIFICATE, policy=policy,
               endpointConfiguration={"types": ["PRIVATE"]})  # fmt: skip
    name = {"domainName": "in.example.com", "domainNameId": made["domainNameId"]}
    assert has(aws("get_domain_name", **name), domainNameArn=made["domainNameArn"])
    source = {"accessAssociationSourceType": "VPCE", "accessAssociationSource": "vpce-0123456789abcdef0"}
    domain = {"domainNameArn": made["domainNameArn"]}
    for end in "delete", "reject":
        association = aws("create_domain_name_access_association", **domain, **source, tags={"a": "b"})
        arn = {"domainNameAccessAssociationArn": association["domainNameAccessAssociationArn"]}
        assert has(association, **domain, **source, tags={"a": "b"})
        listed = aws("get_domain_name_access_associations", resourceOwner="SELF")["items"]
        assert [has(each, **arn, **domain) for each in listed] == [True]
        if end == "delete":
            aws("delete_domain_name_access_association", **arn)
        else:
            aws("reject_domain_name_access_association", **arn, **domain)
        assert aws("get_domain_name_access_associations")["items"] == []
    aws("delete_domain_name", **name)


def test_vpc_links(aws):
    made = aws("create_vpc_link", name="inside", description="a link", targetArns=[BALANCER], tags={"a": "b"})
    link = {"vpcLinkId": made["id"]}
    wanted = {"name": "inside", "description": "a link", "targetArns": [BALANCER], "tags": {"a": "b"}}
    assert has(made, **wanted, status="PENDING")
    assert has(aws("get_vpc_link", **link), **wanted, status="AVAILABLE")
    assert has(aws("update_vpc_link", **link, patchOperations=replace(name="within")), name="within")
    assert [each["id"] for each in aws("get_vpc_links")["items"]] == [made["id"]]
    aws("delete_vpc_link", **link)
    assert refusal(aws, "get_vpc_link", **link).code == "NotFoundException"


def test_sdk_types(aws):
    listed = {each["id"]: each for each in aws("get_sdk_types")["items"]}
    assert "java" in listed
    assert aws("get_sdk_type", id="java") == listed["java"]


def test_gateway_responses(aws, api):
    id = {"restApiId": api["id"]}
    throttled = {**id, "responseType": "THROTTLED"}
    wanted = {
        "statusCode": "503", "responseParameters": {"gatewayresponse.header.Retry-After": "'9'"},
        "responseTemplates": {"text/plain": "later"},
    }  # fmt: skip
    assert has(aws("put_gateway_response", **throttled, **wanted), defaultResponse=False, **wanted)
    assert has(aws("get_gateway_response", **throttled), **wanted)
    assert has(aws("update_gateway_response", **throttled, patchOperations=replace(statusCode="420")), statusCode="420")
    listed = {each["responseType"]: each for each in aws("get_gateway_responses", **id)["items"]}
    assert len(listed) == 21 and listed["THROTTLED"]["statusCode"] == "420"
    aws("delete_gateway_response", **throttled)
    assert has(aws("get_gateway_response", **throttled), statusCode="429", defaultResponse=True)


def test_deployments(aws, api):
    id = {"restApiId": api["id"]}
    made = aws("create_deployment", **id, description="first", stageName="prod", variables={"a": "b"})
    deployment = {**id, "deploymentId": made["id"]}
    assert has(aws("get_stage", **id, stageName="prod"), deploymentId=made["id"], variables={"a": "b"})
    found = aws("get_deployment", **deployment, embed=["apisummary"])
    assert has(found, description="first")
    assert found["apiSummary"] == {"/": {"GET": {"authorizationType": "NONE", "apiKeyRequired": False}}}
    assert has(aws("update_deployment", **deployment, patchOperations=replace(description="1st")), description="1st")
    assert [each["id"] for each in aws("get_deployments", **id)["items"]] == [made["id"]]
    assert refusal(aws, "delete_deployment", **deployment).code == "BadRequestException"
    aws("delete_stage", **id, stageName="prod")
    aws("delete_deployment", **deployment)
    assert refusal(aws, "get_deployment", **deployment).code == "NotFoundException"


def test_stages(aws, api):
    id = {"restApiId": api["id"]}
    first, second = (aws("create_deployment", **id)["id"] for _ in range(2))
    wanted = {
        "deploymentId": first, "description": "try", "variables": {"a": "b"}, "tracingEnabled": True,
        "cacheClusterEnabled": True, "cacheClusterSize": "1.6", "tags": {"x": "y"},
        "canarySettings": {
            "percentTraffic": 12.5, "deploymentId": second, "stageVariableOverrides": {"a": "c"}, "useStageCache": True,
        },
    }  # fmt: skip
    beta = {**id, "stageName": "beta"}
    assert has(aws("create_stage", **beta, **wanted), **wanted)
    assert has(aws("get_stage", **beta), **wanted)
    changed = aws("update_stage", **beta, patchOperations=[
        *replace(cacheClusterEnabled="false", description="tried", tracingEnabled="false"),
        {"op": "copy", "from": "/canarySettings/deploymentId", "path": "/deploymentId"},
        {"op": "remove", "path": "/canarySettings"},
        {"op": "replace", "path": "/*/*/throttling/rateLimit", "value": "2.5"},
        {"op": "replace", "path": "/~1pets/GET/caching/ttlInSeconds", "value": "7"},
        {"op": "replace", "path": "/accessLogSettings/format", "value": "$context.requestId"},
    ])  # fmt: skip
    assert has(changed, deploymentId=second, description="tried", tracingEnabled=False)
    assert not changed.get("canarySettings")
    assert changed["methodSettings"]["*/*"]["throttlingRateLimit"] == 2.5
    assert changed["methodSettings"]["~1pets/GET"]["cacheTtlInSeconds"] == 7
    assert changed["accessLogSettings"] == {"format": "$context.requestId"}
    assert [each["stageName"] for each in aws("get_stages", **id)["item"]] == ["beta"]
    assert aws("get_stages", **id, deploymentId=first).get("item", []) == []
    aws("delete_stage", **beta)
    assert refusal(aws, "get_stage", **beta).code == "NotFoundException"


def test_caches(aws, api):
    prod = {"restApiId": api["id"], "stageName": "prod"}
    aws("create_deployment", **prod, cacheClusterEnabled=True, cacheClusterSize="0.5")
    aws("flush_stage_cache", **prod)
    aws("flush_stage_authorizers_cache", **prod)


def test_invocations(aws, api):
    ok = at(api, api["rootResourceId"]) | {"statusCode": "200"}
    aws("put_method_response", **ok)
    aws("put_integration_response", **ok, responseTemplates={"application/json": '["ü"]'})
    tried = aws("test_invoke_method", **at(api, api["rootResourceId"]), pathWithQueryString="/?a=é")
    assert has(tried, status=200, body='["ü"]')
    assert "Method completed with status: 200" in tried["log"]

    id = {"restApiId": api["id"]}
    header = {"identitySource": "method.request.header.A", "identityValidationExpression": "b"}
    made = aws("create_authorizer", **id, name="who", type="TOKEN", authorizerUri=FUNCTION, **header)
    tried = aws("test_invoke_authorizer", **id, authorizerId=made["id"], headers={"A": "c"})
    assert tried["clientStatus"] == 401


def test_account(aws):
    before = aws("get_account")
    assert has(before["throttleSettings"], burstLimit=5000, rateLimit=10000)
    assert aws("update_account", patchOperations=replace(cloudwatchRoleArn=ROLE))["cloudwatchRoleArn"] == ROLE
    assert aws("get_account")["cloudwatchRoleArn"] == ROLE
    assert not aws("update_account", patchOperations=replace(cloudwatchRoleArn="")).get("cloudwatchRoleArn")


def test_tags(aws, api):
    aws("create_deployment", restApiId=api["id"], stageName="prod")
    for path in f"/restapis/{api['id']}", f"/restapis/{api['id']}/stages/prod":
        arn = {"resourceArn": f"arn:aws:apigateway:us-east-1::{path}"}
        aws("tag_resource", **arn, tags={"a": "b", "c d": "é/f"})
        aws("untag_resource", **arn, tagKeys=["a", "none"])
        assert aws("get_tags", **arn)["tags"] == {"c d": "é/f"}


def test_pages(aws, api):
    id = {"restApiId": api["id"]}
    for i in range(3):
        aws("create_resource", **id, parentId=api["rootResourceId"], pathPart=f"part{i}")
    found = aws.items("get_resources", 2, **id)
    assert sorted(each["path"] for each in found) == ["/", "/part0", "/part1", "/part2"]

    made = {aws("create_deployment", **id)["id"] for _ in range(3)}
    assert sorted(each["id"] for each in aws.items("get_deployments", 2, **id)) == sorted(made)

    for i in range(3):
        aws("create_model", **id, name=f"Model{i}", contentType="a/b", schema="{}")
    found = aws.items("get_models", 2, **id)
    assert sorted(each["name"] for each in found) == ["Empty", "Error", "Model0", "Model1", "Model2"]

    assert len(aws.items("get_rest_apis", 1)) == len(aws("get_rest_apis", limit=500)["items"]) > 0


def test_pages_of_the_account(aws):
    kinds = {
        "api_key": lambda i: {"apiKey": aws("create_api_key", name="x")["id"]},
        "domain_name": lambda i: {"domainName": aws("create_domain_name", domainName=f"{i}.example.com")["domainName"]},
        "usage_plan": lambda i: {"usagePlanId": aws("create_usage_plan", name="x")["id"]},
        "vpc_link": lambda i: {"vpcLinkId": aws("create_vpc_link", name="x", targetArns=[BALANCER])["id"]},
        "client_certificate": lambda i: {"clientCertificateId": aws("generate_client_certificate")["clientCertificateId"]},
    }
    for kind, create in kinds.items():
        made = [create(i) for i in range(3)]
        assert len(aws.items(f"get_{kind}s", 2)) == 3, kind
        for each in made:
            aws(f"delete_{kind}", **each)


def test_pages_below(aws, api):
    """Lists that belong to something: mappings of a domain name, keys of a plan."""
    name = {"domainName": "shop.example.com"}
    aws("create_domain_name", **name)
    for i in range(3):
        aws("create_base_path_mapping", **name, basePath=f"path{i}", restApiId=api["id"])
    assert [each["basePath"] for each in aws.items("get_base_path_mappings", 2, **name)] == ["path0", "path1", "path2"]
    for i in range(3):
        aws("delete_base_path_mapping", **name, basePath=f"path{i}")
    aws("delete_domain_name", **name)

    plan = {"usagePlanId": aws("create_usage_plan", name="x", quota={"limit": 9, "period": "DAY"})["id"]}
    keys = [aws("create_api_key", name="x", enabled=True)["id"] for _ in range(3)]
    for key in keys:
        aws("create_usage_plan_key", **plan, keyId=key, keyType="API_KEY")
        aws("update_usage", **plan, keyId=key, patchOperations=replace(remaining="7"))
    assert {each["id"] for each in aws.items("get_usage_plan_keys", 2, **plan)} == set(keys)
    limit = 2 if aws.joins_maps else 25
    assert set(aws.items("get_usage", limit, **plan, startDate=today(), endDate=today())) == set(keys)
    for key in keys:
        aws("delete_api_key", apiKey=key)
    aws("delete_usage_plan", **plan)


def test_errors(aws, api):
    id = {"restApiId": api["id"]}
    nowhere = refusal(aws, "get_rest_api", restApiId="nowhere")
    assert (nowhere.code, nowhere.message) == (
        "NotFoundException", "Invalid API identifier specified 123456789012:nowhere",
    )  # fmt: skip
    pets = {**id, "parentId": api["rootResourceId"], "pathPart": "pets"}
    aws("create_resource", **pets)
    taken = refusal(aws, "create_resource", **pets)
    assert (taken.code, taken.message) == (
        "ConflictException", "Another resource with the same parent already has this name: pets",
    )  # fmt: skip
    aws("delete_method", **at(api, api["rootResourceId"]))
    bare = refusal(aws, "create_deployment", **id)
    assert (bare.code, bare.message) == ("BadRequestException", "The REST API doesn't contain any methods")
    assert False not in [e.modelled for e in (nowhere, taken, bare)]
    wrong = refusal(aws, "update_rest_api", **id, patchOperations=[{"op": "destroy", "path": "/name"}])
    assert wrong.code == "ValidationException" and not wrong.modelled  # the service's model lacks it


def test_every_operation(aws, gateway):
    """Wants the tests above to have run: what they did not call is not built yet."""
    model = boto3.client("apigateway").meta.service_model
    for name in sorted(set(model.operation_names) - aws.called):
        http = model.operation_model(name).http
        answer = gateway.call(http["method"], re.sub("{.*?}", "x", http["requestUri"]), {"Accept": "application/json"})
        assert (answer.status, f"{name} is not built" in answer.text()) == (501, True), f"no test calls {name}"
