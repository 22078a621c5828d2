package vtl

// mapMethods are those of java.util.Map.
var mapMethods = map[string][]method{
	"get": {{"o", func(_ *frame, v Value, args []Value) (Value, error) {
		member, _ := v.mapping().get(args[0])
		return member, nil
	}}},
	"getOrDefault": {{"oo", func(_ *frame, v Value, args []Value) (Value, error) {
		if member, ok := v.mapping().get(args[0]); ok {
			return member, nil
		}
		return args[1], nil
	}}},
	"put": {{"oo", func(f *frame, v Value, args []Value) (Value, error) {
		return v.mapping().set(f, args[0], args[1])
	}}},
	"putIfAbsent": {{"oo", func(f *frame, v Value, args []Value) (Value, error) {
		if member, _ := v.mapping().get(args[0]); !member.IsNull() {
			return member, nil
		}
		return v.mapping().set(f, args[0], args[1])
	}}},
	"putAll": {{"m", mapPutAll}},
	"remove": {
		{"o", func(f *frame, v Value, args []Value) (Value, error) {
			return v.mapping().drop(f, args[0])
		}},
		{"oo", func(f *frame, v Value, args []Value) (Value, error) {
			old, found := v.mapping().get(args[0])
			if !found {
				return Bool(false), nil
			}
			ok, err := same(f, old, args[1], 0)
			if !ok || err != nil {
				return Bool(false), err
			}
			_, err = v.mapping().drop(f, args[0])
			return Bool(true), err
		}},
	},
	"containsKey": {{"o", func(_ *frame, v Value, args []Value) (Value, error) {
		_, ok := v.mapping().get(args[0])
		return Bool(ok), nil
	}}},
	"containsValue": {{"o", func(f *frame, v Value, args []Value) (Value, error) {
		i, err := indexOf(f, v, args[0])
		return Bool(i >= 0), err
	}}},
	"keySet":   {{"", viewOf(keysOf)}},
	"values":   {{"", viewOf(valuesOf)}},
	"entrySet": {{"", viewOf(entriesOf)}},
	"size": {{"", func(_ *frame, v Value, _ []Value) (Value, error) {
		return Int(int32(v.mapping().Len())), nil
	}}},
	"isEmpty": {{"", func(_ *frame, v Value, _ []Value) (Value, error) {
		return Bool(v.mapping().Len() == 0), nil
	}}},
	"clear": {{"", func(_ *frame, v Value, _ []Value) (Value, error) {
		v.mapping().clear()
		return done, nil
	}}},
}

func (v Value) mapping() *Map { return v.ref.(*Map) }

func viewOf(what viewKind) func(*frame, Value, []Value) (Value, error) {
	return func(_ *frame, v Value, _ []Value) (Value, error) {
		return Value{0, &view{v.mapping(), what}}, nil
	}
}

// drop removes a member of a map, which then owns the others.
func (m *Map) drop(f *frame, key Value) (Value, error) {
	if err := f.ownMap(m); err != nil {
		return Value{}, err
	}
	return m.remove(key), f.spend(1 + m.Len()/16)
}

func mapPutAll(f *frame, v Value, args []Value) (Value, error) {
	m, from := v.mapping(), args[0].mapping()
	if err := f.build(2 * valueSize * from.Len()); err != nil {
		return Value{}, err
	}
	if m == from {
		return done, nil
	}
	if err := f.ownMap(m); err != nil {
		return Value{}, err
	}
	for i := range from.Len() {
		key, value := from.Entry(i)
		m.put(key, value)
	}
	return done, nil
}
