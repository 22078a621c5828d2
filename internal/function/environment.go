package function

import (
	"crypto/rand"
	"maps"
	"os"
	"strconv"
	"time"
)

// environment is what a process finds in its environment: what Lambda sets,
// [developer guide, "Defined runtime environment variables"] what programs cannot
// do without, and what the function's configuration adds. Keys to AWS are not
// among it unless the configuration says so.
func (f *function) environment(address string) []string {
	e := map[string]string{
		"AWS_REGION":                      f.host.Region,
		"AWS_DEFAULT_REGION":              f.host.Region,
		"AWS_LAMBDA_FUNCTION_NAME":        f.Name,
		"AWS_LAMBDA_FUNCTION_VERSION":     "$LATEST",
		"AWS_LAMBDA_FUNCTION_MEMORY_SIZE": strconv.Itoa(f.Memory),
		"AWS_LAMBDA_INITIALIZATION_TYPE":  "on-demand",
		"AWS_LAMBDA_LOG_GROUP_NAME":       "/aws/lambda/" + f.Name,
		"AWS_LAMBDA_LOG_STREAM_NAME":      time.Now().UTC().Format("2006/01/02/") + "[$LATEST]" + rand.Text(),
		"LAMBDA_TASK_ROOT":                f.Dir,
		"TZ":                              ":UTC",
		"_HANDLER":                        f.Command[len(f.Command)-1],
	}
	for _, name := range []string{"PATH", "HOME", "LANG", "TMPDIR"} {
		if v, ok := os.LookupEnv(name); ok {
			e[name] = v
		}
	}
	maps.Copy(e, f.Environment)
	e["AWS_LAMBDA_RUNTIME_API"] = address
	list := make([]string, 0, len(e))
	for name, v := range e {
		list = append(list, name+"="+v)
	}
	return list
}
