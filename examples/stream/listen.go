package main

import (
	"errors"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
)

// listen opens the address, and makes sure that it is what was asked for: what localhost means, the
// machine says.
func listen(c config) (net.Listener, error) {
	l, err := net.Listen("tcp", c.addr)
	if err != nil {
		return nil, err
	}
	if err := checkAddress(l.Addr().String(), c.public); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return &boundedListener{Listener: l, most: int64(c.limits.conns)}, nil
}

// checkAddress refuses an address that other machines reach, unless they may.
func checkAddress(addr string, public bool) error {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return err
	}
	if !public && !loopback(host) {
		return fmt.Errorf("%s is not an address of this machine alone, such as localhost:8088, and the server asks for no passwords; -public listens there all the same", addr)
	}
	return nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// boundedListener closes the connections that are too many. Each takes memory, if only to wait.
type boundedListener struct {
	net.Listener
	open atomic.Int64
	most int64
}

// Accept returns the next connection for which there is room.
func (l *boundedListener) Accept() (net.Conn, error) {
	for {
		c, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if l.open.Add(1) <= l.most {
			return &countedConn{Conn: c, gone: sync.OnceFunc(func() { l.open.Add(-1) })}, nil
		}
		l.open.Add(-1)
		_ = c.Close() // who came too much hears nothing else
	}
}

// countedConn makes room when it is closed.
type countedConn struct {
	net.Conn
	gone func()
}

func (c *countedConn) Close() error {
	c.gone()
	return c.Conn.Close()
}
