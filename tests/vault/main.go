// A Vault server for tests: its core, in-memory storage and the transit engine. It prints its address and its root
// token on one line, and ends with its standard input.
package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"

	log "github.com/hashicorp/go-hclog"
	"github.com/hashicorp/vault/builtin/logical/transit"
	vaulthttp "github.com/hashicorp/vault/http"
	"github.com/hashicorp/vault/sdk/helper/consts"
	"github.com/hashicorp/vault/sdk/logical"
	"github.com/hashicorp/vault/sdk/physical/inmem"
	"github.com/hashicorp/vault/vault"
)

// The one engine of this server.
type transitAlone struct{}

func (transitAlone) Contains(name string, _ consts.PluginType) bool { return name == "transit" }

func (transitAlone) Get(name string, _ consts.PluginType) (func() (interface{}, error), bool) {
	factory := logical.Factory(transit.Factory)
	return func() (interface{}, error) { return factory, nil }, name == "transit"
}

func (transitAlone) Keys(consts.PluginType) []string { return []string{"transit"} }

func (transitAlone) DeprecationStatus(string, consts.PluginType) (consts.DeprecationStatus, bool) {
	return consts.Supported, true
}

func (transitAlone) IsBuiltinEntPlugin(string, consts.PluginType) bool { return false }

func main() {
	logger := log.New(&log.LoggerOptions{Output: os.Stderr, Level: log.Warn})
	storage, err := inmem.NewInmem(nil, logger)
	check(err)
	core, err := vault.NewCore(&vault.CoreConfig{
		Physical: storage, Logger: logger, DisableMlock: true, BuiltinRegistry: transitAlone{},
		LogicalBackends: map[string]logical.Factory{"transit": transit.Factory, "kv": vault.PassthroughBackendFactory},
	})
	check(err)
	shares := &vault.SealConfig{SecretShares: 1, SecretThreshold: 1}
	made, err := core.Initialize(context.Background(), &vault.InitParams{BarrierConfig: shares, RecoveryConfig: shares})
	check(err)
	_, err = core.Unseal(made.SecretShares[0])
	check(err)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	check(err)
	go http.Serve(listener, vaulthttp.Handler.Handler(&vault.HandlerProperties{Core: core}))
	fmt.Printf("http://%s %s\n", listener.Addr(), made.RootToken)
	_, _ = io.Copy(io.Discard, os.Stdin)
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
