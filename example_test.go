package gatewright_test

import (
	"context"
	"fmt"
	"io"
	"log"
	"net/http"

	"github.com/gatewright/gatewright"
)

// A server in the process of a program, with an API that answers.
func ExampleServer() {
	ctx := context.Background()
	server := &gatewright.Server{Control: "127.0.0.1:0"} // the state is in memory
	if err := server.Start(ctx); err != nil {
		log.Fatal(err)
	}
	defer server.Shutdown(ctx)
	if err := server.AddExample(ctx); err != nil {
		log.Fatal(err)
	}

	for _, path := range []string{"/pets/2", "/birds"} {
		answer, err := http.Get(server.ControlURL() + "/_aws/execute-api/" + gatewright.ExampleAPI + "/prod" + path)
		if err != nil {
			log.Fatal(err)
		}
		body, _ := io.ReadAll(answer.Body)
		answer.Body.Close()
		fmt.Println(answer.StatusCode, string(body))
	}
	// Output:
	// 200 {"id":"2","type":"cat","price":124.99}
	//
	// 404 {"message": "There is no GET /prod/birds here. Try /prod/pets."}
}
