package gateway

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gatewright/gatewright/internal/message"
	"github.com/gatewright/gatewright/internal/restapi"
	"github.com/gatewright/gatewright/internal/store"
	"github.com/gatewright/gatewright/internal/store/memory"
	"github.com/gatewright/gatewright/internal/upstream"
)

// TestDeployWhileCalled shows that every answer is wholly the old deployment's or
// wholly the new one's, that none fails, and that a request sent after Served
// gets the new one.
func TestDeployWhileCalled(t *testing.T) {
	b := start(t, "")
	deploy := func(n int) {
		status := fmt.Sprint(201 + n%2)
		b.deploy(methods(map[string]*restapi.Method{"GET /x": mocked(status, fmt.Sprint("v", n))}),
			&restapi.Stage{StageName: "prod", DeploymentID: fmt.Sprint("d", n)})
	}
	deploy(0)
	var newest atomic.Int64
	var callers sync.WaitGroup
	stop := make(chan struct{})
	for range 64 {
		callers.Go(func() {
			x := exchangeOf(sentRequest{target: "/prod/x"})
			for {
				select {
				case <-stop:
					return
				default:
				}
				runtime.Gosched() // so that deployments are not starved
				atLeast := newest.Load()
				x.Response = message.Response{}
				b.Serve(x)
				var n int64
				text := string(x.Response.Body)
				fmt.Sscanf(text, "v%d", &n)
				if int64(x.Response.Status) != 201+n%2 || x.Response.Header.Get("X-Is") != text || n < atLeast {
					t.Errorf("got %d %q, X-Is %q; v%d was served before", x.Response.Status, text, x.Response.Header.Get("X-Is"), atLeast)
					return
				}
			}
		})
	}
	for n := 1; n <= 100; n++ {
		deploy(n)
		newest.Store(int64(n))
	}
	close(stop)
	callers.Wait()
}

// TestStageChanges shows what commits do to what is served.
func TestStageChanges(t *testing.T) {
	b := start(t, "")
	b.deploy(methods(map[string]*restapi.Method{"GET /x": mocked("200", "one")}), prod())
	b.get("/prod/x").want(t, 200, "one")
	stageKey := here.Key("/restapis/" + api + "/stages/prod")

	b.update(func(w store.Writer) { w.Delete(stageKey) })
	b.get("/prod/x").want(t, 403, `{"message":"Forbidden"}`)

	b.update(func(w store.Writer) { w.Put(stageKey, encode(restapi.Stage{StageName: "prod", DeploymentID: "nope"})) })
	b.get("/prod/x").want(t, 500, internalServerError) // a deployment that is not there

	b.update(func(w store.Writer) { w.Put(stageKey, []byte("{")) })
	b.get("/prod/x").want(t, 500, internalServerError)

	b.update(func(w store.Writer) { w.Put(stageKey, encode(prod())) })
	b.get("/prod/x").want(t, 200, "one")

	b.update(func(w store.Writer) {
		w.Put(restapi.IndexPrefix+"%zz", []byte("{"))
		w.Put(restapi.IndexKey("broken"), []byte("{"))
	})
	b.get("/prod/x").want(t, 200, "one") // one entry that cannot be read hides no other

	b.update(func(w store.Writer) { w.Delete(restapi.IndexKey(api)) })
	if a := b.get("/prod/x"); a.Status != 404 {
		t.Errorf("a deleted API answers %d %s", a.Status, a.body)
	}
	if n := b.Stats(); n.APIs != 0 || n.Plans != 0 {
		t.Errorf("stats of a world without APIs: %+v", n)
	}
}

// TestStoreOfBefore shows that a gateway serves what was there when it started.
func TestStoreOfBefore(t *testing.T) {
	first := start(t, "")
	first.deploy(methods(map[string]*restapi.Method{"GET /x": mocked("200", "old")}), prod())
	second, err := New(Config{Store: first.store, Upstream: new(upstream.Client)})
	if err != nil {
		t.Fatal(err)
	}
	defer second.Close()
	b := &bench{Gateway: second, t: t, store: first.store, log: new(lines)}
	if n := b.Stats(); n.APIs != 1 || n.Plans != 0 {
		t.Errorf("stats before the first request: %+v", n)
	}
	b.get("/prod/x").want(t, 200, "old")
	if n := b.Stats(); n.Plans != 1 {
		t.Errorf("stats after the first request: %+v", n)
	}
}

// A flaky is a store that can be away, and whose watches can be ended. It counts
// how often snapshots are read.
type flaky struct {
	store.Store
	away atomic.Bool
	ends chan error // what the next commit of a watch is replaced by
	read atomic.Int64
	then atomic.Pointer[func()] // runs once, after the next View
}

var errAway = errors.New("store is away")

func (f *flaky) View(ctx context.Context, read func(store.Reader) error) error {
	if f.away.Load() {
		return errAway
	}
	f.read.Add(1)
	err := f.Store.View(ctx, read)
	if then := f.then.Swap(nil); then != nil {
		(*then)()
	}
	return err
}

func (f *flaky) Watch(ctx context.Context, from uint64) iter.Seq2[store.Commit, error] {
	return func(yield func(store.Commit, error) bool) {
		for c, err := range f.Store.Watch(ctx, from) {
			select {
			case err = <-f.ends:
			default:
			}
			if !yield(c, err) {
				return
			}
		}
	}
}

func startFlaky(t *testing.T) (*bench, *flaky) {
	f := &flaky{Store: memory.New(), ends: make(chan error, 1)}
	log := new(lines)
	g, err := New(Config{Store: f, Upstream: new(upstream.Client), Log: slog.New(slog.NewTextHandler(log, nil)), Idle: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { g.Close(); f.Close() })
	return &bench{Gateway: g, t: t, store: f, log: log}, f
}

// TestReadAnew shows that missed commits are made up for.
func TestReadAnew(t *testing.T) {
	for name, end := range map[string]error{"missed commits": store.ErrReadAnew, "store away": errAway} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b, f := startFlaky(t)
				b.deploy(methods(map[string]*restapi.Method{"GET /x": mocked("200", "one")}), prod())
				b.get("/prod/x").want(t, 200, "one")
				f.ends <- end
				b.deploy(methods(map[string]*restapi.Method{"GET /x": mocked("200", "two")}), &restapi.Stage{StageName: "prod", DeploymentID: "d2"})
				b.get("/prod/x").want(t, 200, "two")
				if err := b.Ready(); err != nil {
					t.Errorf("not ready after all was read anew: %v", err)
				}
			})
		})
	}
}

// TestStageMoves shows that a stage which moves to another deployment while it is
// read, and whose old one is deleted, is served as it is then.
func TestStageMoves(t *testing.T) {
	b, f := startFlaky(t)
	b.deploy(methods(map[string]*restapi.Method{"GET /x": mocked("200", "two")}), &restapi.Stage{StageName: "next", DeploymentID: "d2"})
	b.deploy(methods(map[string]*restapi.Method{"GET /x": mocked("200", "one")}), prod())
	move := func() {
		_, err := f.Update(t.Context(), func(w store.Writer) error {
			w.Put(here.Key("/restapis/"+api+"/stages/prod"), encode(restapi.Stage{StageName: "prod", DeploymentID: "d2"}))
			w.Delete(here.Key(restapi.SnapshotPath(api, "d1")))
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	}
	f.then.Store(&move)
	b.get("/prod/x").want(t, 200, "two")
}

// TestStoreAway shows that what is known goes on being served, and that the
// gateway says that it may be behind.
func TestStoreAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, f := startFlaky(t)
		d := methods(map[string]*restapi.Method{"GET /x": mocked("200", "one")})
		b.deploy(d, prod())
		b.deploy(d, &restapi.Stage{StageName: "cold", DeploymentID: "d2"})
		b.get("/prod/x").want(t, 200, "one")

		f.away.Store(true)
		version, err := b.store.Update(t.Context(), func(w store.Writer) error {
			w.Put(here.Key("/restapis/"+api+"/stages/prod"), encode(restapi.Stage{StageName: "prod", DeploymentID: "d9"}))
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		if err := b.Served(ctx, version); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("a commit that cannot be read is served: %v", err)
		}
		if err := b.Ready(); !errors.Is(err, errAway) {
			t.Errorf("ready: %v; want %v", err, errAway)
		}
		b.get("/prod/x").want(t, 200, "one")
		b.get("/cold/x").want(t, 503, `{"message":"Service Unavailable"}`)

		f.away.Store(false)
		if err := b.Served(t.Context(), version); err != nil {
			t.Error(err)
		}
		b.get("/prod/x").want(t, 500, internalServerError)
		time.Sleep(retry)
		b.get("/cold/x").want(t, 200, "one")
	})
}

// TestCompiledOnce shows that a plan which many ask for at once is compiled
// once, and that one which nobody asks for is dropped.
func TestCompiledOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, f := startFlaky(t)
		b.deploy(methods(map[string]*restapi.Method{"GET /x": mocked("200", "one")}), prod())
		before := f.read.Load()
		var callers sync.WaitGroup
		for range 50 {
			callers.Go(func() { b.get("/prod/x").want(t, 200, "one") })
		}
		callers.Wait()
		if n := f.read.Load() - before; n != 2 {
			t.Errorf("the store was read %d times; want 2: the stages and the deployment", n)
		}
		for range 3 {
			time.Sleep(45 * time.Minute)
			b.get("/prod/x").want(t, 200, "one")
		}
		if n := b.Stats().Plans; n != 1 {
			t.Errorf("%d plans while the API is in use", n)
		}
		time.Sleep(2 * time.Hour)
		synctest.Wait()
		if n := b.Stats().Plans; n != 0 {
			t.Errorf("%d plans after two hours without a caller", n)
		}
		b.get("/prod/x").want(t, 200, "one")
	})
}

// TestServedAfterClose shows that nobody waits for a gateway that is closed.
func TestServedAfterClose(t *testing.T) {
	b := start(t, "")
	b.Close()
	if err := b.Served(t.Context(), 1000); err == nil {
		t.Error("commit 1000 is served by a closed gateway")
	}
}
