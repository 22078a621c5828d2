import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.reflect.InvocationTargetException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.protocol.MarshallingType;
import software.amazon.awssdk.core.traits.ListTrait;
import software.amazon.awssdk.core.traits.MapTrait;
import software.amazon.awssdk.core.util.SdkAutoConstructList;
import software.amazon.awssdk.core.util.SdkAutoConstructMap;
import software.amazon.awssdk.protocols.jsoncore.JsonNode;
import software.amazon.awssdk.protocols.jsoncore.JsonWriter;
import software.amazon.awssdk.services.apigateway.ApiGatewayClient;
import software.amazon.awssdk.services.apigateway.model.ApiGatewayException;
import software.amazon.awssdk.utils.builder.Buildable;

/**
 * Calls Amazon API Gateway by the AWS SDK for Java v2, for tests that are written once for every
 * client. It reads calls, one a line, from its standard input, and answers each with a line:
 *
 * <pre>
 * {"operation": "GetRestApi", "input": {"restApiId": "x"}}
 * {"error": {"code": "NotFoundException", "message": "…", "modelled": true}}
 * </pre>
 *
 * With "pages": true the SDK's paginator makes the calls, and the output is the list of its pages.
 * Endpoint, region and credentials are those of the environment.
 */
public final class Client {
    public static void main(String[] arguments) throws IOException, ReflectiveOperationException {
        ApiGatewayClient client = ApiGatewayClient.create();
        BufferedReader calls = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = calls.readLine(); line != null; line = calls.readLine()) {
            byte[] answer = answer(client, JsonNode.parser().parse(line).asObject());
            System.out.write(answer);
            System.out.write('\n');
            System.out.flush();
        }
    }

    private static byte[] answer(ApiGatewayClient client, Map<String, JsonNode> call)
            throws ReflectiveOperationException {
        JsonWriter json = JsonWriter.create();
        json.writeStartObject();
        try {
            Object output = output(client, call);
            json.writeFieldName("output");
            write(json, output);
        } catch (InvocationTargetException e) {
            if (!(e.getCause() instanceof ApiGatewayException)) {
                throw e;
            }
            json.writeFieldName("error");
            writeRefusal(json, (ApiGatewayException) e.getCause());
        }
        json.writeEndObject();
        return json.getBytes();
    }

    /** Returns the output of a call, or all the outputs that a paginator gets. */
    private static Object output(ApiGatewayClient client, Map<String, JsonNode> call)
            throws ReflectiveOperationException {
        String operation = call.get("operation").asString();
        Class<?> type = Class.forName("software.amazon.awssdk.services.apigateway.model." + operation + "Request");
        Object input = build((SdkPojo) type.getMethod("builder").invoke(null), call.get("input"));
        String method = operation.substring(0, 1).toLowerCase() + operation.substring(1);
        if (!call.containsKey("pages") || !call.get("pages").asBoolean()) {
            return ApiGatewayClient.class.getMethod(method, type).invoke(client, input);
        }
        List<Object> pages = new ArrayList<>();
        ((Iterable<?>) ApiGatewayClient.class.getMethod(method + "Paginator", type).invoke(client, input))
                .forEach(pages::add);
        return pages;
    }

    /** A refusal is modelled when the SDK has a class for it. */
    private static void writeRefusal(JsonWriter json, ApiGatewayException refused) {
        boolean modelled = refused.getClass() != ApiGatewayException.class;
        json.writeStartObject();
        json.writeFieldName("code");
        json.writeValue(modelled ? refused.getClass().getSimpleName() : refused.awsErrorDetails().errorCode());
        json.writeFieldName("message");
        json.writeValue(refused.awsErrorDetails().errorMessage());
        json.writeFieldName("modelled");
        json.writeValue(modelled);
        json.writeEndObject();
    }

    private static Object build(SdkPojo builder, JsonNode given) {
        Map<String, JsonNode> members = new HashMap<>(given.asObject());
        for (SdkField<?> field : builder.sdkFields()) {
            JsonNode member = members.remove(field.memberName());
            if (member != null) {
                field.set(builder, value(field, member));
            }
        }
        if (!members.isEmpty()) {
            throw new IllegalArgumentException("the SDK has no member " + members.keySet());
        }
        return ((Buildable) builder).build();
    }

    private static Object value(SdkField<?> field, JsonNode given) {
        MarshallingType<?> type = field.marshallingType();
        if (type == MarshallingType.SDK_POJO) {
            return build(field.constructor().get(), given);
        }
        if (type == MarshallingType.LIST) {
            SdkField<?> element = field.getTrait(ListTrait.class).memberFieldInfo();
            List<Object> list = new ArrayList<>();
            given.asArray().forEach(each -> list.add(value(element, each)));
            return list;
        }
        if (type == MarshallingType.MAP) {
            SdkField<?> element = field.getTrait(MapTrait.class).valueFieldInfo();
            Map<String, Object> map = new HashMap<>();
            given.asObject().forEach((name, each) -> map.put(name, value(element, each)));
            return map;
        }
        if (type == MarshallingType.BOOLEAN) {
            return given.asBoolean();
        }
        if (type == MarshallingType.INTEGER) {
            return Integer.valueOf(given.asNumber());
        }
        if (type == MarshallingType.LONG) {
            return Long.valueOf(given.asNumber());
        }
        if (type == MarshallingType.DOUBLE) {
            return Double.valueOf(given.asNumber());
        }
        if (type == MarshallingType.SDK_BYTES) {
            return SdkBytes.fromByteArray(java.util.Base64.getDecoder().decode(given.asString()));
        }
        return given.asString();
    }

    /** Writes an output with the names of the service's model, dates in seconds. */
    private static void write(JsonWriter json, Object value) {
        if (value instanceof SdkPojo) {
            json.writeStartObject();
            for (SdkField<?> field : ((SdkPojo) value).sdkFields()) {
                Object member = field.getValueOrDefault(value);
                if (!absent(member)) {
                    json.writeFieldName(field.memberName());
                    write(json, member);
                }
            }
            json.writeEndObject();
        } else if (value instanceof Map) {
            json.writeStartObject();
            ((Map<?, ?>) value).forEach((name, each) -> {
                json.writeFieldName(name.toString());
                write(json, each);
            });
            json.writeEndObject();
        } else if (value instanceof Iterable) {
            json.writeStartArray();
            ((Iterable<?>) value).forEach(each -> write(json, each));
            json.writeEndArray();
        } else if (value instanceof Instant) {
            json.writeValue(((Instant) value).getEpochSecond());
        } else if (value instanceof SdkBytes) {
            json.writeValue(((SdkBytes) value).asByteBuffer());
        } else if (value instanceof Boolean) {
            json.writeValue((Boolean) value);
        } else if (value instanceof Number) {
            json.writeNumber(value.toString());
        } else {
            json.writeValue(value.toString());
        }
    }

    /** Tells whether a member was not in an answer. */
    private static boolean absent(Object member) {
        return member == null || member instanceof SdkAutoConstructList || member instanceof SdkAutoConstructMap;
    }
}
