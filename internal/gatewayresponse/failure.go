package gatewayresponse

import "errors"

// A Failure is why the gateway itself answers a request. It never changes once
// it is returned as an error.
type Failure struct {
	Type       Type
	Message    string // "": the type's default
	ErrorType  string // "": the type's default
	Status     int    // the cause's own, which an owner's status replaces; 0: the type's default
	Validation string // $context.error.validationErrorString
	Cause      error  // for the log; the caller never learns it
}

// Error says the type, the message and the cause.
func (f *Failure) Error() string {
	s := f.Type.Error()
	if m, ok := f.message(); ok {
		s += ": " + m
	}
	if f.Cause != nil {
		s += ": " + f.Cause.Error()
	}
	return s
}

// Unwrap returns the cause.
func (f *Failure) Unwrap() error { return f.Cause }

// Is reports whether target is the failure's type.
func (f *Failure) Is(target error) bool {
	t, ok := target.(Type)
	return ok && t == f.Type
}

// Of returns the failure that err is or wraps; a Type that it wraps stands for
// its defaults. Any other error is one that no step foresaw: it is answered as
// API_CONFIGURATION_ERROR, "Internal server error", since INTEGRATION_FAILURE
// would blame a backend that may never have been called.
func Of(err error) *Failure {
	switch e := err.(type) {
	case *Failure:
		return e
	case Type:
		return &bare[e]
	}
	var f *Failure
	if errors.As(err, &f) {
		return f
	}
	var t Type
	if errors.As(err, &t) {
		return &Failure{Type: t, Cause: err}
	}
	return &Failure{Type: APIConfigurationError, Cause: err}
}

// bare are the failures that stand for a type without more.
var bare = func() (all [count]Failure) {
	for t := range all {
		all[t].Type = Type(t)
	}
	return all
}()

func (f *Failure) message() (string, bool) {
	if f.Message != "" {
		return f.Message, true
	}
	return f.Type.Message()
}

func (f *Failure) errorType() string {
	if f.ErrorType != "" {
		return f.ErrorType
	}
	return f.Type.ErrorType()
}
