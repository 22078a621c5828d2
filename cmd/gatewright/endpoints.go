package main

import "strings"

// serviceURLs reads where services of AWS are called from the variables that AWS
// clients go by: AWS_ENDPOINT_URL_{SERVICE} for one, AWS_ENDPOINT_URL for those
// without. The variable of API Gateway is not for us: it is what we are.
func serviceURLs(environment []string) (byService map[string]string, rest string) {
	byService = make(map[string]string)
	for _, variable := range environment {
		name, value, _ := strings.Cut(variable, "=")
		if name == "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS" && strings.EqualFold(value, "true") {
			return nil, ""
		}
		of, ok := strings.CutPrefix(name, "AWS_ENDPOINT_URL")
		switch service, one := strings.CutPrefix(of, "_"); {
		case !ok || value == "" || service == "API_GATEWAY":
		case one && service != "":
			byService[service] = value
		case of == "":
			rest = value
		}
	}
	return byService, rest
}
