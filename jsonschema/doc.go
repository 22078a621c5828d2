// Package jsonschema validates JSON against schemas of draft 4, with the
// texts that API Gateway puts into $context.error.validationErrorString. The
// texts, their order and where looking goes on after a fault are those of
// json-schema-validator, the Java library of java-json-tools.
//
//	schema, err := jsonschema.Compile(model, resolve) // once
//	…
//	var invalid *jsonschema.Invalid
//	switch err := schema.Validate(body); {
//	case errors.As(err, &invalid):
//		fmt.Println(invalid) // [object has missing required properties (["NoteId"])]
//	case err != nil:
//		// no JSON, or more work than the limits allow
//	}
//
// A Schema is compiled once and shared by all goroutines.
//
// # Messages
//
// A value is tried against its keywords in alphabetical order, format last;
// each that fails adds a message. Its elements and members, these sorted by
// name, are looked at only if nothing has failed so far, so that a missing
// member hides what is wrong within the others. What fails within allOf,
// anyOf, oneOf and not stays hidden behind the message of that keyword.
//
// # References
//
// A $ref leads to a place in the same schema, #/definitions/Pet, or to another
// schema, which the resolver finds by its URL without the fragment. Schemas
// may refer to each other and to themselves. What stands beside a $ref does not
// count. The keyword id changes nothing.
//
// # Numbers
//
// Numbers are compared exactly, whatever their size. A number with a point
// or an exponent is no integer, even 1.0. In messages it loses the zeros at
// its end: 1.50 shows as 1.5 and 100.0 as 1E+2.
//
// # Patterns
//
// Patterns are ECMA 262's. They are matched in time linear in the text unless
// they look ahead, refer back or repeat something more often than 1,000 times;
// such ones go back and forth, and their steps count into the work of the
// validation. Compile refuses with a *PatternError what the library answers
// otherwise than the standard: a reference to a group that may have taken no
// part, and looking ahead several times or for nothing. A character is a code
// point.
//
// # Formats
//
// date-time, email, hostname, ipv4, ipv6, uri, regex, uuid, json-pointer, mac,
// base64, md5, sha1, sha256 and sha512 are checked, in texts. All others are
// not.
//
// # Limits
//
// The size of schemas, nesting, numbers, patterns, the work of a validation and
// what it reports are bounded; see the constants.
package jsonschema
