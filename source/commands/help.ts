/** What `--help` says: enough to need nothing else. */

export const helpText = `
  microscale gives the most important service what its live demand asks for, on
  machines that you have, and lets the least important fill what is left.

  Usage
    microscale [flags]            the scaler and its console
    microscale run                the scaler without a console; prints what happens
    microscale attach [ssh://…]   a console on an engine that runs, here or there
    microscale check [FILE]       says what is wrong with a configuration
    microscale explain [FILE]     says what a configuration means, in sentences
    microscale plan               looks once, prints what it would do and why
    microscale simulate           a day in seconds: --seed 7 --for 24h, or on
                                  measured demand: --demand friday.csv
    microscale report FILE        a recording as one page with charts: report.html
    microscale replay FILE        a recording on the same screens, at any speed; its
                                  decisions as lines where there is no terminal
    microscale demo               the console on a made-up shop; touches nothing
    microscale init               asks a few questions and writes microscale.yaml
                                  (--yes: the usual answers; --output FILE)
    microscale reset              gives back a terminal that kill -9 left in a mess
    microscale doctor             what is wrong here, and how to mend it (--json)

  Overrule the engine that runs here (or with --host ssh://…, there)
    status, services              what runs, and what was found (--json)
    pin SERVICE N, cap SERVICE N, hold SERVICE, boost SERVICE, priority SERVICE N
    clear SERVICE, clear --all, mode NAME, pause, resume
    demand SERVICE N              a number for a service whose demand is pushed
        --for 30m         how long it lasts; --note TEXT why, for all to read
        --yes             a pin or cap may take priority 1 to 0

  What to run
    -c, --config FILE     microscale.yaml (.json) here, if there is one; else the
                          box: web follows random demand, batch fills 10 slots
        --capacity N      slots of the host, or auto; replaces what the file says,
                          and is all that services with microscale.* labels need
        --image NAME      what the box runs (busybox)

  Where
    -H, --host URL        unix:///path, tcp://host:port or ssh://user@host; given
                          several times, the managers of one Swarm
        --context NAME    a docker context. Without either: DOCKER_HOST,
                          DOCKER_CONTEXT, the current context, the usual socket.
                          With none of these and no engine: a simulated host

  How
        --dry-run         reads and plans, and never acts
        --read-only       the console watches, and its keys change nothing
        --on-exit WHAT    leave (the containers as they are), restore (the counts
                          found at the start) or drain (stop them all)
        --for TIME        ends after 30s, 10m, 24h
        --seed N          the same random demand again
        --record FILE     keeps every entry, for replay
        --demand FILE     simulate: a CSV with a time column and one a service, or
                          a recording
        --sweep RANGE     simulate: how much is enough; capacity=8..20 (or 8..20/2)
        --compare FILE    simulate: another configuration beside this one
        --shadow FILE     run: what another configuration would do, acting on
                          nothing
        --output FILE     report: where the page goes; --force writes over one;
                          --markdown or --json says the same on stdout instead
        --speed N         replay: so many times as fast; --from and --to WHEN: from
                          and until 12:04:30, 2026-11-24T12:04, or 10m after its
                          beginning
        --metrics ADDR    Prometheus metrics and /healthz, such as 127.0.0.1:9180
        --audit FILE      who overruled what and what was done, appended as JSON
        --socket PATH     the control socket, if not in its usual place; off for none
        --command WORDS   how microscale is called on a machine reached by ssh
        --json            run, plan, simulate, replay: JSON, a line each
        --ascii           no other characters; --no-color (or NO_COLOR) no colours
        --theme NAME      auto, dark, light, colorblind or mono (MICROSCALE_THEME)
        --bell TIME       the terminal calls when priority 1 is short for so long
        --screen-reader   sentences in the place of a drawing (INK_SCREEN_READER)

  In the console: + - pin one more or less, z hold, b boost, x clear, u undo,
  P pause, ← → the last hour, ? all keys, q quit. Every override ends by itself
  (30 minutes).

  Exit status: 0 fine, 1 failed, 2 usage or configuration, 3 host not reached
`;
