package main

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
)

const (
	label      = "com.trade2026"
	stackLabel = label + ".stack"
	roleLabel  = label + ".role"
	// namesAge is how long a list of names serves: a scrape asks for every container at the same time.
	namesAge = 2 * time.Second
	// unknownAge is the same for a name that is not in the list: the container may have been made meanwhile.
	unknownAge = 200 * time.Millisecond
)

var roleName = regexp.MustCompile(`^[a-z]{1,16}$`)

// container is what anybody may know of a container. Nothing of its environment, mounts, command or other labels.
type container struct {
	// Name is the one in the plan, without the stack's prefix.
	Name       string `json:"name"`
	ID         string `json:"id"`
	Workload   string `json:"workload"`
	Role       string `json:"role"`
	Capability string `json:"capability"`
	// State is the engine's word: created, running, paused, restarting, exited, dead.
	State string `json:"state"`
	// Health is healthy, unhealthy, starting, or none where it has no probe.
	Health       string `json:"health"`
	RestartCount int64  `json:"restartCount"`
	// CreatedAt is when it was made: a restart keeps it, a replacement does not.
	CreatedAt time.Time `json:"createdAt"`
	// StartedAt is absent for one that never ran.
	StartedAt *time.Time `json:"startedAt,omitempty"`
	OOMKilled bool       `json:"oomKilled"`
	ExitCode  int        `json:"exitCode"`
	// MemoryLimit in bytes and CPULimit in processors; 0 is none.
	MemoryLimit int64    `json:"memoryLimitBytes"`
	CPULimit    float64  `json:"cpuLimitCores"`
	Lanes       []string `json:"lanes"`
}

// listed is the part of the engine's list that is used.
type listed struct {
	ID     string            `json:"Id"`
	Names  []string          `json:"Names"`
	Labels map[string]string `json:"Labels"`
}

// inspected is the part of the engine's inspection that is used.
type inspected struct {
	Created time.Time
	State   struct {
		Status    string
		OOMKilled bool
		ExitCode  int
		StartedAt time.Time
		Health    *struct{ Status string }
	}
	RestartCount int64
	HostConfig   struct {
		Memory, NanoCpus, CpuQuota, CpuPeriod int64
	}
	NetworkSettings struct {
		Networks map[string]struct{}
	}
}

func (p *engineProxy) containers(ctx context.Context, w http.ResponseWriter, query url.Values) error {
	wanted := []string{stackLabel + "=" + p.stack}
	if query.Has("role") {
		role := query.Get("role")
		if !roleName.MatchString(role) {
			return badRequest{errors.New(`role wants a word such as "service"`)}
		}
		wanted = append(wanted, roleLabel+"="+role)
	}
	own, err := listContainers(ctx, p.engine, wanted)
	if err != nil {
		return err
	}
	found, err := p.inspectAll(ctx, own)
	if err != nil {
		return err
	}
	return writeJSON(w, found)
}

func listContainers(ctx context.Context, source *engine, labels []string) ([]listed, error) {
	query := filters(map[string][]string{"label": labels})
	query.Set("all", "1")
	var found []listed
	err := source.json(ctx, "/containers/json", query, &found)
	return found, err
}

// inspectAll asks about each, as many at once as the engine's slots allow. One that went away meanwhile is left out.
func (p *engineProxy) inspectAll(ctx context.Context, own []listed) ([]container, error) {
	answers := make([]*container, len(own))
	failures := make([]error, len(own))
	var all sync.WaitGroup
	for index, each := range own {
		all.Add(1)
		go func() {
			defer all.Done()
			var facts inspected
			err := p.engine.json(ctx, "/containers/"+each.ID+"/json", nil, &facts)
			if err == nil {
				answers[index] = p.describe(each, facts)
			} else if !errors.Is(err, errGone) {
				failures[index] = err
			}
		}()
	}
	all.Wait()
	if err := errors.Join(failures...); err != nil {
		return nil, err
	}
	found := make([]container, 0, len(own))
	for _, each := range answers {
		if each != nil {
			found = append(found, *each)
		}
	}
	slices.SortFunc(found, func(a, b container) int { return strings.Compare(a.Name, b.Name) })
	return found, nil
}

func (p *engineProxy) describe(each listed, facts inspected) *container {
	described := &container{
		Name:         planName(each, p.stack),
		ID:           each.ID,
		Workload:     each.Labels[label+".workload"],
		Role:         each.Labels[roleLabel],
		Capability:   each.Labels[label+".capability"],
		State:        facts.State.Status,
		Health:       "none",
		RestartCount: facts.RestartCount,
		CreatedAt:    facts.Created,
		OOMKilled:    facts.State.OOMKilled,
		ExitCode:     facts.State.ExitCode,
		MemoryLimit:  facts.HostConfig.Memory,
		CPULimit:     cpuLimit(facts),
		Lanes:        []string{},
	}
	if facts.State.Health != nil && facts.State.Health.Status != "" {
		described.Health = facts.State.Health.Status
	}
	if facts.State.StartedAt.Year() > 1 {
		described.StartedAt = &facts.State.StartedAt
	}
	for network := range facts.NetworkSettings.Networks {
		if lane, ok := strings.CutPrefix(network, p.stack+"-"); ok {
			described.Lanes = append(described.Lanes, lane)
		}
	}
	slices.Sort(described.Lanes)
	return described
}

func cpuLimit(facts inspected) float64 {
	limits := facts.HostConfig
	switch {
	case limits.NanoCpus > 0:
		return float64(limits.NanoCpus) / 1e9
	case limits.CpuQuota > 0 && limits.CpuPeriod > 0:
		return float64(limits.CpuQuota) / float64(limits.CpuPeriod)
	default:
		return 0
	}
}

func planName(each listed, stack string) string {
	if len(each.Names) == 0 {
		return each.ID
	}
	return strings.TrimPrefix(strings.TrimPrefix(each.Names[0], "/"), stack+"-")
}

// nameList knows the stack's own containers by name. Any other container does not exist here.
type nameList struct {
	stack  string
	engine *engine
	mutex  sync.Mutex
	asked  time.Time
	ids    map[string]string
}

// idOf has the engine's id of a container, from a list that is at most namesAge old.
func (n *nameList) idOf(ctx context.Context, name string) (string, error) {
	n.mutex.Lock()
	defer n.mutex.Unlock()
	_, known := n.ids[name]
	if age := time.Since(n.asked); age > namesAge || !known && age > unknownAge {
		own, err := listContainers(ctx, n.engine, []string{stackLabel + "=" + n.stack})
		if err != nil {
			return "", err
		}
		n.ids = make(map[string]string, len(own))
		for _, each := range own {
			n.ids[planName(each, n.stack)] = each.ID
		}
		n.asked = time.Now()
	}
	if id, known := n.ids[name]; known {
		return id, nil
	}
	return "", errUnknownName
}
