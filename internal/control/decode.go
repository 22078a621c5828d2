package control

import (
	"bytes"
	"encoding/json"
	"io"
	"math"
	"reflect"
	"strconv"
	"strings"
	"sync"
)

// An object is a JSON object, its numbers as json.Number.
type object = map[string]any

// maxDepth is how deep a body may nest. AWS's deepest input has four levels;
// ours leaves room for members that nobody reads.
const maxDepth = 64

// parse reads the body of a call. No body counts as an empty object.
func parse(body []byte) (object, error) {
	body = bytes.TrimSpace(body)
	if len(body) == 0 {
		return object{}, nil
	}
	if tooDeep(body) {
		return nil, unreadable("JSON is nested too deeply")
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	var tree any
	if err := d.Decode(&tree); err != nil {
		return nil, unreadable("Could not parse request body into json: %v", err)
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, unreadable("Could not parse request body into json: text after the value")
	}
	o, ok := tree.(object)
	if !ok {
		return nil, unreadable("Unexpected value where a structure was expected")
	}
	return o, nil
}

// tooDeep counts brackets outside of strings.
func tooDeep(body []byte) bool {
	depth, text := 0, false
	for i := 0; i < len(body); i++ {
		switch b := body[i]; {
		case text && b == '\\':
			i++
		case b == '"':
			text = !text
		case text:
		case b == '{' || b == '[':
			if depth++; depth > maxDepth {
				return true
			}
		case b == '}' || b == ']':
			depth--
		}
	}
	return false
}

// decode sets v, a pointer to a struct, from the members of a body. Members
// that the struct lacks are ignored. Where encoding/json is strict the service
// is lenient, and the other way round: truth values and numbers may come as
// text, text may not come as anything else. Of two wrong members it is the first
// field's that is refused, or in a map the first key's.
func decode(body object, v any) error {
	return decodeValue(reflect.ValueOf(v).Elem(), body)
}

func decodeValue(v reflect.Value, tree any) error {
	if tree == nil {
		return nil
	}
	switch v.Kind() {
	case reflect.Pointer:
		fresh := reflect.New(v.Type().Elem())
		if err := decodeValue(fresh.Elem(), tree); err != nil {
			return err
		}
		v.Set(fresh)
		return nil
	case reflect.Struct:
		return decodeStruct(v, tree)
	case reflect.Map:
		return decodeMap(v, tree)
	case reflect.Slice:
		return decodeList(v, tree)
	case reflect.String:
		return decodeText(v, tree)
	case reflect.Bool:
		return decodeBool(v, tree)
	default:
		return decodeNumber(v, tree)
	}
}

func decodeStruct(v reflect.Value, tree any) error {
	o, ok := tree.(object)
	if !ok {
		return unexpected(tree, "structure")
	}
	for i := range v.NumField() {
		if name := jsonName(v.Type().Field(i)); name != "" {
			if err := decodeValue(v.Field(i), o[name]); err != nil {
				return err
			}
		}
	}
	return nil
}

func decodeMap(v reflect.Value, tree any) error {
	o, ok := tree.(object)
	if !ok {
		return unexpected(tree, "map")
	}
	v.Set(reflect.MakeMapWithSize(v.Type(), len(o)))
	for _, key := range sortedKeys(o) {
		item := reflect.New(v.Type().Elem()).Elem()
		if err := decodeValue(item, o[key]); err != nil {
			return err
		}
		v.SetMapIndex(reflect.ValueOf(key), item)
	}
	return nil
}

func decodeList(v reflect.Value, tree any) error {
	list, ok := tree.([]any)
	if !ok {
		return unexpected(tree, "list")
	}
	v.Set(reflect.MakeSlice(v.Type(), len(list), len(list)))
	for i, item := range list {
		if err := decodeValue(v.Index(i), item); err != nil {
			return err
		}
	}
	return nil
}

func decodeText(v reflect.Value, tree any) error {
	s, ok := tree.(string)
	if !ok {
		return unexpected(tree, "String")
	}
	v.SetString(s)
	return nil
}

func decodeBool(v reflect.Value, tree any) error {
	switch tree := tree.(type) {
	case bool:
		v.SetBool(tree)
		return nil
	case string:
		switch {
		case strings.EqualFold(tree, "true"):
			v.SetBool(true)
			return nil
		case strings.EqualFold(tree, "false"):
			return nil
		}
	}
	return unexpected(tree, "Boolean")
}

func decodeNumber(v reflect.Value, tree any) error {
	var text string
	switch tree := tree.(type) {
	case json.Number:
		text = tree.String()
	case string:
		text = strings.TrimSpace(tree)
	default:
		return unexpected(tree, "Number")
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsNaN(f) || math.IsInf(f, 0) {
		return unexpected(tree, "Number")
	}
	if v.Kind() == reflect.Float64 {
		v.SetFloat(f)
		return nil
	}
	if math.Abs(f) > math.MaxInt32 {
		return unexpected(tree, "Integer")
	}
	v.SetInt(int64(f))
	return nil
}

// unexpected is the framework's answer to a value of the wrong type. The texts
// about String are recorded on AWS.
func unexpected(tree any, want string) error {
	switch tree.(type) {
	case bool:
		return unreadable("class java.lang.Boolean can not be converted to an %s", want)
	case json.Number:
		return unreadable("class com.amazon.coral.value.json.numbers.TruncatingBigNumber can not be converted to an %s", want)
	case string:
		return unreadable("class java.lang.String can not be converted to an %s", want)
	case []any:
		return unreadable("Start of list found where not expected")
	default:
		return unreadable("Start of structure or map found where not expected.")
	}
}

// fields returns a struct's fields by their JSON names.
func fields(t reflect.Type) map[string]int {
	if m, ok := fieldCache.Load(t); ok {
		return m.(map[string]int)
	}
	m := map[string]int{}
	for i := range t.NumField() {
		if name := jsonName(t.Field(i)); name != "" {
			m[name] = i
		}
	}
	fieldCache.Store(t, m)
	return m
}

var fieldCache sync.Map // reflect.Type → map[string]int

// jsonName returns the name of a field in JSON; "": it has none.
func jsonName(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	if name == "-" {
		return ""
	}
	return name
}
