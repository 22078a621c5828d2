package control

import (
	"encoding/json"
	"errors"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// An edit is one operation on its way to what it changes.
type edit struct {
	op     Op
	target []string
	o      Operation
	absent func(target []string, o Operation) error
}

// walk follows the path into v, making what is missing on the way.
func (e *edit) walk(v reflect.Value, path []string) error {
	if len(path) == 0 {
		return e.set(v)
	}
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			if e.op == Remove {
				return e.lacking()
			}
			v.Set(reflect.New(v.Type().Elem()))
		}
		return e.walk(v.Elem(), path)
	case reflect.Struct:
		return e.walk(v.Field(fields(v.Type())[path[0]]), path[1:])
	case reflect.Map:
		return e.inMap(v, path)
	default:
		return e.member(v, path[0])
	}
}

// inMap edits a key of a map, or goes on below it.
func (e *edit) inMap(m reflect.Value, path []string) error {
	key := reflect.ValueOf(path[0])
	value := m.MapIndex(key)
	if !value.IsValid() && e.op != Add && len(path) == 1 {
		if err := e.lacking(); err != nil || e.op == Remove {
			return err
		}
	}
	if e.op == Remove && len(path) == 1 {
		m.SetMapIndex(key, reflect.Value{})
		if m.Len() == 0 {
			m.SetZero() // an empty map vanishes from the answer
		}
		return nil
	}
	fresh := reflect.New(m.Type().Elem()).Elem()
	if value.IsValid() {
		fresh.Set(value)
	}
	if err := e.walk(fresh, path[1:]); err != nil {
		return err
	}
	if m.IsNil() {
		m.Set(reflect.MakeMap(m.Type()))
	}
	m.SetMapIndex(key, fresh)
	return nil
}

func (e *edit) lacking() error {
	if e.absent == nil {
		return nil
	}
	return e.absent(e.target, e.o)
}

// set edits what the path names.
func (e *edit) set(v reflect.Value) error {
	switch {
	case v.Kind() == reflect.Map:
		return e.setMap(v)
	case v.Kind() == reflect.Slice:
		return e.member(v, text(e.o.Value))
	case e.op == Remove:
		if v.IsZero() {
			return e.lacking()
		}
		v.SetZero()
		return nil
	case v.Kind() == reflect.Pointer && v.Type().Elem().Kind() == reflect.String:
		v.Set(reflect.ValueOf(e.o.Value))
		return nil
	case v.Kind() == reflect.Pointer && text(e.o.Value) == "":
		v.SetZero()
		return nil
	case v.Kind() == reflect.Pointer:
		fresh := reflect.New(v.Type().Elem())
		v.Set(fresh)
		v = fresh.Elem()
	}
	return e.scalar(v)
}

func (e *edit) scalar(v reflect.Value) error {
	value := text(e.o.Value)
	switch v.Kind() {
	case reflect.String:
		v.SetString(value)
	case reflect.Bool:
		v.SetBool(strings.EqualFold(value, "true")) // all else is false: recorded on AWS
	case reflect.Int:
		n, err := strconv.ParseInt(value, 10, 32)
		if err != nil {
			return e.badValue()
		}
		v.SetInt(n)
	case reflect.Float64:
		f, err := strconv.ParseFloat(value, 64)
		if err != nil || math.IsNaN(f) || math.IsInf(f, 0) {
			return e.badValue()
		}
		v.SetFloat(f)
	}
	return nil
}

func (e *edit) badValue() error {
	return badRequest("Invalid value '%s' specified for path %s", text(e.o.Value), *e.o.Path)
}

// setMap edits a map as a whole, from the text of a JSON object.
func (e *edit) setMap(m reflect.Value) error {
	if e.op == Remove {
		m.SetZero()
		return nil
	}
	given := reflect.New(m.Type())
	if json.Unmarshal([]byte(text(e.o.Value)), given.Interface()) != nil || given.Elem().IsNil() {
		return errNotJSON
	}
	if e.op == Replace || m.IsNil() {
		m.Set(given.Elem())
		return nil
	}
	for i := given.Elem().MapRange(); i.Next(); {
		m.SetMapIndex(i.Key(), i.Value())
	}
	return nil
}

// errNotJSON says that the value for a whole map is no JSON object.
var errNotJSON = errors.New("value is no JSON object")

// member edits a list of texts that are each there once.
func (e *edit) member(list reflect.Value, member string) error {
	all := list.Interface().([]string)
	i := slices.Index(all, member)
	switch {
	case e.op == Remove && i < 0:
		return e.lacking()
	case e.op == Remove:
		all = slices.Delete(all, i, i+1)
	case e.op == Replace:
		// The old one goes and the new one comes last: recorded on AWS. Without
		// a value there is nothing new.
		if i >= 0 {
			all = slices.Delete(all, i, i+1)
		}
		if member = text(e.o.Value); member == "" {
			member = e.target[len(e.target)-1]
		}
		fallthrough
	default:
		if !slices.Contains(all, member) {
			all = append(all, member)
		}
	}
	if len(all) == 0 {
		all = nil
	}
	list.Set(reflect.ValueOf(all))
	return nil
}
