package gateway

import "sync"

// A step is one stage of the life of a request. It takes what it needs from the
// exchange and puts back what it found out.
type step struct {
	name string
	run  func(*exchange) error
}

// arrival is the part of the life of every request that comes before its method
// is known.
var arrival = []step{
	{"locate", locateStage},
	{"limit size", limitSize},
	{"route", route},
}

// lifecycle is the rest of it, in order. A method has the steps that it needs.
var lifecycle = []struct {
	step
	needed func(*method) bool
}{
	{step{"refuse what is not supported", refuse}, func(m *method) bool { return m.refusal != nil }},
	{step{"validate parameters", validateParameters}, func(m *method) bool { return m.rules.Parameters() }},
	{step{"trace", trace}, func(m *method) bool { return backed(m) || m.templated() }},
	{step{"decode request body", decodeBody}, (*method).looks},
	{step{"validate body", validateBody}, func(m *method) bool { return m.rules.Bodies() }},
	{step{"choose request template", chooseTemplate}, shaped},
	{step{"convert request body", convertBody}, func(m *method) bool { return m.converts }},
	{step{"read body for template", readForTemplate}, shaped},
	{step{"read body for mappings", readMapped}, func(m *method) bool { return m.mapsBody }},
	{step{"run request template", runTemplate}, shaped},
	{step{"mock", mock}, of("MOCK")},
	{step{"call HTTP backend", callHTTP}, of("HTTP")},
	{step{"call AWS service", callService}, of("AWS")},
	{step{"proxy to HTTP backend", proxyHTTP}, of("HTTP_PROXY")},
	{step{"invoke function", invoke}, whole("AWS_PROXY")},
	{step{"have function stream", stream}, streaming("AWS_PROXY")},
	{step{"choose integration response", chooseOutput}, shaped},
	{step{"choose response template", chooseResponseTemplate}, shaped},
	{step{"convert answer", convertAnswer}, func(m *method) bool { return shaped(m) && backed(m) }},
	{step{"read answer for template", readForResponseTemplate}, shaped},
	{step{"respond", respond}, shaped},
	{step{"convert answer", convertProxied}, whole("HTTP_PROXY")},
	{step{"hand backend's answer on", handOn}, whole("HTTP_PROXY")},
	{step{"hand function's answer on", handOnFunction}, whole("AWS_PROXY")},
	{step{"hand stream on", handOnStream}, func(m *method) bool { return m.streams }},
}

func of(integration string) func(*method) bool {
	return func(m *method) bool { return m.integration == integration }
}

// whole says that an integration's answer is one thing, and streaming that it
// comes by and by.
func whole(integration string) func(*method) bool {
	return func(m *method) bool { return m.integration == integration && !m.streams }
}

func streaming(integration string) func(*method) bool {
	return func(m *method) bool { return m.integration == integration && m.streams }
}

// shaped says that templates and mappings make the answer.
func shaped(m *method) bool {
	return m.integration == "MOCK" || m.integration == "HTTP" || m.integration == "AWS"
}

// backed says that somebody else is called.
func backed(m *method) bool { return m.integration != "MOCK" }

// invokes says that a Lambda function is called.
func (m *method) invokes() bool {
	return m.function != nil || m.service != nil && m.service.IsFunction()
}

// looks says that somebody looks at the caller's body on its way.
func (m *method) looks() bool {
	return m.integration != "HTTP_PROXY" || m.rules.Bodies() || m.mapsBody
}

// stepsOf returns the steps that a method needs. One that is refused needs no
// more. Methods that need the same have one slice of them, which stays in the
// processor's cache however many methods are called.
func stepsOf(m *method) []step {
	var needed uint64 // a bit for each row of the table
	for i, s := range lifecycle {
		if s.needed(m) {
			needed |= 1 << i
		}
		if m.refusal != nil {
			break
		}
	}
	if known, ok := stepSets.Load(needed); ok {
		return known.([]step)
	}
	var steps []step
	for i, s := range lifecycle {
		if needed>>i&1 != 0 {
			steps = append(steps, s.step)
		}
	}
	shared, _ := stepSets.LoadOrStore(needed, steps)
	return shared.([]step)
}

// stepSets are the sets of steps that there are methods for. They are looked up
// while plans are compiled.
var stepSets sync.Map // uint64 → []step
