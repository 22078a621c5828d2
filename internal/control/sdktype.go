package control

import (
	"slices"

	"github.com/gatewright/gatewright/internal/restapi"
)

// sdkTypes are the same for everyone and in no store.
var sdkTypes = &Kind[restapi.SDKType]{
	Name:    "SdkType",
	Path:    "/sdktypes/{sdktype_id}",
	Key:     "id",
	Verbs:   List | Get,
	Missing: "Invalid SDK type identifier specified",
	All:     func(*call) ([]*restapi.SDKType, error) { return knownSDKTypes, nil },
	Default: func(c *call) *restapi.SDKType {
		i := slices.IndexFunc(knownSDKTypes, func(t *restapi.SDKType) bool { return t.ID == c.name("sdktype_id") })
		if i < 0 {
			return nil
		}
		return knownSDKTypes[i]
	},
	HAL: HAL{List: Links{"sdktype:by-id": "~/{sdktype_id}"}},
}

// The ids and the names of properties are those of the developer guide; the
// rest of the words are ours.
var knownSDKTypes = []*restapi.SDKType{
	{ID: "android", FriendlyName: "Android", Description: "Android client SDK", ConfigurationProperties: []restapi.SDKConfigurationProperty{
		{Name: "groupId", FriendlyName: "Group ID", Description: "Group of the Maven artifact", Required: true},
		{Name: "artifactId", FriendlyName: "Artifact ID", Description: "Name of the Maven artifact", Required: true},
		{Name: "artifactVersion", FriendlyName: "Artifact version", Description: "Version of the Maven artifact", Required: true},
		{Name: "invokerPackage", FriendlyName: "Invoker package", Description: "Package of the client's classes", Required: true},
	}},
	{ID: "java", FriendlyName: "Java SDK", Description: "Java client SDK", ConfigurationProperties: []restapi.SDKConfigurationProperty{
		{Name: "serviceName", FriendlyName: "Service name", Description: "Name of the client's interface", Required: true},
		{Name: "javaPackageName", FriendlyName: "Java package name", Description: "Package of the client's classes", Required: true},
	}},
	{ID: "javascript", FriendlyName: "JavaScript", Description: "JavaScript client SDK"},
	{ID: "objectivec", FriendlyName: "iOS (Objective-C)", Description: "Objective-C client SDK", ConfigurationProperties: []restapi.SDKConfigurationProperty{classPrefix}},
	{ID: "ruby", FriendlyName: "Ruby", Description: "Ruby client SDK", ConfigurationProperties: []restapi.SDKConfigurationProperty{
		{Name: "service.name", FriendlyName: "Service name", Description: "Name of the client's class", Required: true},
		{Name: "ruby.gem-name", FriendlyName: "Gem name", Description: "Name of the gem"},
		{Name: "ruby.gem-version", FriendlyName: "Gem version", Description: "Version of the gem"},
	}},
	{ID: "swift", FriendlyName: "iOS (Swift)", Description: "Swift client SDK", ConfigurationProperties: []restapi.SDKConfigurationProperty{classPrefix}},
}

var classPrefix = restapi.SDKConfigurationProperty{
	Name: "classPrefix", FriendlyName: "Prefix", Description: "Prefix of the names of the client's classes", Required: true,
}
