package main

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"time"
)

// usage is what one container has used, as of one moment. Counters begin with the container's start.
type usage struct {
	Read time.Time `json:"read"`
	// CPU in nanoseconds of processor time.
	CPUNanoseconds       uint64 `json:"cpuNanoseconds"`
	ThrottledNanoseconds uint64 `json:"throttledNanoseconds"`
	MemoryBytes          uint64 `json:"memoryBytes"`
	// WorkingSetBytes leaves out the file cache that the kernel can drop at once.
	WorkingSetBytes uint64 `json:"workingSetBytes"`
	PIDs            uint64 `json:"pids"`
	// Networks by interface: eth0, eth1, …
	Networks map[string]traffic `json:"networks"`
}

type traffic struct {
	ReceiveBytes  uint64 `json:"receiveBytes"`
	TransmitBytes uint64 `json:"transmitBytes"`
}

// engineStats is the part of the engine's statistics that is used.
type engineStats struct {
	Read     time.Time `json:"read"`
	CPUStats struct {
		CPUUsage struct {
			TotalUsage uint64 `json:"total_usage"`
		} `json:"cpu_usage"`
		ThrottlingData struct {
			ThrottledTime uint64 `json:"throttled_time"`
		} `json:"throttling_data"`
	} `json:"cpu_stats"`
	MemoryStats struct {
		Usage *uint64           `json:"usage"`
		Stats map[string]uint64 `json:"stats"`
	} `json:"memory_stats"`
	PIDsStats struct {
		Current uint64 `json:"current"`
	} `json:"pids_stats"`
	Networks map[string]struct {
		RxBytes uint64 `json:"rx_bytes"`
		TxBytes uint64 `json:"tx_bytes"`
	} `json:"networks"`
}

// errNotRunning: the engine has numbers of running containers alone, and zeros of the others.
var errNotRunning = errors.New("the container does not run")

func (p *engineProxy) stats(ctx context.Context, w http.ResponseWriter, id string, _ url.Values) error {
	var given engineStats
	// one-shot: without a second sample, for which the engine would wait a second
	query := url.Values{"stream": {"false"}, "one-shot": {"true"}}
	if err := p.engine.json(ctx, "/containers/"+id+"/stats", query, &given); err != nil {
		return err
	}
	if given.MemoryStats.Usage == nil {
		refuse(w, http.StatusConflict, errNotRunning.Error())
		return nil
	}
	return writeJSON(w, reduce(given))
}

func reduce(given engineStats) usage {
	memory := *given.MemoryStats.Usage
	reduced := usage{
		Read:                 given.Read,
		CPUNanoseconds:       given.CPUStats.CPUUsage.TotalUsage,
		ThrottledNanoseconds: given.CPUStats.ThrottlingData.ThrottledTime,
		MemoryBytes:          memory,
		WorkingSetBytes:      memory - min(memory, inactiveFile(given.MemoryStats.Stats)),
		PIDs:                 given.PIDsStats.Current,
		Networks:             make(map[string]traffic, len(given.Networks)),
	}
	for name, each := range given.Networks {
		reduced.Networks[name] = traffic{each.RxBytes, each.TxBytes}
	}
	return reduced
}

// inactiveFile is called total_inactive_file by version 1 of the kernel's control groups, where inactive_file leaves
// out the groups below.
func inactiveFile(stats map[string]uint64) uint64 {
	if total, ok := stats["total_inactive_file"]; ok {
		return total
	}
	return stats["inactive_file"]
}
