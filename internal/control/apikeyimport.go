package control

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/gatewright/gatewright/internal/restapi"
)

// maxKeys bounds what one import can cost: as many keys as AWS lets an account
// have.
const maxKeys = 10_000

var importQuery = []Member{{Name: "format", Required: true, Enum: []string{"csv"}}}

func readDocument(c *call) (any, error) { return c.document() }

// importAPIKeys makes keys of a file, or changes those that have the same value,
// all or none.
func importAPIKeys(c *call) (answer, error) {
	if err := c.checkModel(); err != nil {
		return answer{}, err
	}
	lines, err := importedKeys(c.ahead.([]byte))
	if err != nil {
		return answer{}, err
	}
	out := struct {
		IDs      []string `json:"ids"`
		Warnings []string `json:"warnings,omitempty"`
	}{IDs: []string{}}
	seen := map[string]bool{}
	for _, line := range lines {
		id, warnings, err := importAPIKey(c, line)
		if err != nil {
			return answer{}, err
		}
		if !seen[id] {
			out.IDs = append(out.IDs, id)
		}
		seen[id] = true
		out.Warnings = append(out.Warnings, warnings...)
	}
	if len(out.Warnings) > 0 && strings.EqualFold(c.query.Get("failonwarnings"), "true") {
		return answer{}, badRequest("Warnings found during import: %s", strings.Join(out.Warnings, "; "))
	}
	return answer{item: item{"/apikeys", out}}, nil
}

// An importedKey is one line of a file of keys.
type importedKey struct {
	name, value, description string
	enabled                  bool
	plans                    []string
}

// importAPIKey warns of plans that are not there: our choice.
func importAPIKey(c *call, line importedKey) (id string, warnings []string, err error) {
	if id, err = storeImported(c, line); err != nil {
		return "", nil, err
	}
	for _, plan := range line.plans {
		p, err := find[restapi.UsagePlan](c, usagePlanPath(plan))
		if err != nil {
			return "", nil, err
		}
		path := usagePlanKeyPath(plan, id)
		switch {
		case p == nil:
			warnings = append(warnings, "Usage Plan "+plan+" of API Key "+line.name+" does not exist")
			continue
		case c.exists(path):
			continue
		}
		if err := attachKey(c, p, id); err != nil {
			return "", nil, err
		}
		if err := c.put(path, restapi.UsagePlanKey{ID: id, Type: keyType}); err != nil {
			return "", nil, err
		}
	}
	return id, warnings, nil
}

// storeImported makes a key, or overwrites the one with the value.
func storeImported(c *call, line importedKey) (id string, err error) {
	known, err := find[string](c, apiKeyOfValue(line.value))
	if err != nil {
		return "", err
	}
	k := &restapi.APIKey{Value: line.value}
	if known != nil {
		if k, err = find[restapi.APIKey](c, apiKeyPath(*known)); err != nil {
			return "", err
		}
	}
	k.Name, k.Description, k.Enabled = line.name, line.description, line.enabled
	if known == nil {
		err = addAPIKey(c, k)
		return k.ID, err
	}
	if err := checkAPIKey(c, k, k); err != nil {
		return "", err
	}
	return k.ID, c.put(apiKeyPath(k.ID), k)
}

// importedKeys reads a file of keys: a line of column names, in any order and
// case, then a line for each key. Columns that are not known are passed over.
func importedKeys(file []byte) ([]importedKey, error) {
	lines, err := parseCSV(strings.TrimPrefix(string(file), "\ufeff"))
	if err != nil {
		return nil, err
	}
	if len(lines) > maxKeys+1 {
		return nil, badRequest("An import can have at most %d API Keys", maxKeys)
	}
	columns := map[string]int{}
	if len(lines) > 0 {
		for i, name := range lines[0] {
			columns[strings.ToLower(strings.TrimSpace(name))] = i
		}
	}
	for _, name := range []string{"name", "key"} {
		if _, ok := columns[name]; !ok {
			return nil, badRequest("Invalid CSV file: the columns Name and Key are required")
		}
	}
	keys := make([]importedKey, len(lines)-1)
	for i, line := range lines[1:] {
		if keys[i], err = readImportedKey(columns, line); err != nil {
			return nil, badRequest("Invalid CSV file: line %d: %v", i+2, err)
		}
	}
	return keys, nil
}

func readImportedKey(columns map[string]int, line []string) (k importedKey, err error) {
	field := func(column string) string {
		if at, ok := columns[column]; ok && at < len(line) {
			return line[at]
		}
		return ""
	}
	k = importedKey{name: field("name"), value: field("key"), description: field("description"), enabled: true}
	if k.value == "" {
		return k, errors.New("no Key")
	}
	if text := field("enabled"); text != "" {
		if k.enabled, err = strconv.ParseBool(strings.ToLower(text)); err != nil {
			return k, errors.New("the column Enabled must be true or false")
		}
	}
	for plan := range strings.SplitSeq(field("usageplanids"), ",") {
		if plan = strings.TrimSpace(plan); plan != "" {
			k.plans = append(k.plans, plan)
		}
	}
	return k, nil
}

// parseCSV reads lines of fields with commas between them. Unlike those of
// encoding/csv, fields may stand in single quotes as well as in double ones:
// developer guide, "API key file format". Empty lines are passed over.
func parseCSV(text string) (lines [][]string, err error) {
	var line []string
	for number := 1; text != ""; {
		var field string
		var end byte
		field, end, text, err = csvField(text)
		if err != nil {
			return nil, badRequest("Invalid CSV file: line %d: %v", number, err)
		}
		line = append(line, field)
		if end == ',' && text != "" {
			continue
		}
		if !slices.Equal(line, []string{""}) {
			lines = append(lines, line)
		}
		line = nil
		number++
	}
	return lines, nil
}

// csvField takes the first field off a text, with the comma or newline that ends it.
func csvField(text string) (field string, end byte, rest string, err error) {
	quote := byte(0)
	if text = strings.TrimLeft(text, " \t"); text != "" && (text[0] == '"' || text[0] == '\'') {
		quote, text = text[0], text[1:]
	}
	var b strings.Builder
	for quote != 0 {
		i := strings.IndexByte(text, quote)
		if i < 0 {
			return "", 0, "", errQuote
		}
		b.WriteString(text[:i])
		text = text[i+1:]
		if text == "" || text[0] != quote {
			break
		}
		b.WriteByte(quote) // twice: the quote itself
		text = text[1:]
	}
	i := strings.IndexAny(text, ",\n")
	plain := text
	if i >= 0 {
		plain, end, rest = text[:i], text[i], text[i+1:]
	}
	plain = strings.TrimRight(plain, " \t\r")
	if quote != 0 && plain != "" {
		return "", 0, "", errQuote
	}
	return b.String() + plain, end, rest, nil
}

var errQuote = errors.New("a quoted field must end with its quote")
