/**
 * Workers that a shell can be, for containers that have only busybox: each takes an item, works on it for half a second
 * and says that it is done. One that is told to stop finishes what it has begun.
 */

/** The container's first process hears the signal; the one that works is never interrupted. */
const worker = (work: string, whenStopped = '') => `
trap ': > /tmp/stop${whenStopped}' TERM
busybox mkfifo /tmp/to /tmp/from
busybox nc "$HOST" "$PORT" < /tmp/to > /tmp/from &
connection=$!
work() {
  trap '' TERM
  exec 3> /tmp/to 4< /tmp/from
  ${work.trim().replaceAll('\n', '\n  ')}
}
work &
worker=$!
while kill -0 $worker 2> /dev/null; do wait $worker; done
`;

/** Moves an item to the list of what is at work, and from there to the one of what is done. */
export const redisWorker = worker(`
ask() {
  printf '%s\\r\\n' "$1" >&3
  read -r reply <&4 || exit 1
  reply=\${reply%?}
}
while ! [ -e /tmp/stop ]; do
  ask 'LMOVE jobs jobs-at-work LEFT RIGHT'
  case $reply in
    '$-1') sleep 0.2 ;;
    '$'*)
      read -r item <&4 || exit 1
      item=\${item%?}
      sleep 0.5
      ask "LREM jobs-at-work 1 $item"
      ask "RPUSH jobs-done $item"
      ;;
    *) exit 1 ;;
  esac
done
`);

/** Consumes over STOMP, one message at a time, and acknowledges each once its word is in the other queue. */
export const stompWorker = worker(
  `
tell() { printf '%b\\n\\n%b\\0' "$1" "$2" >&3; }
hear() {
  kind=; id=; body=
  while [ -z "$kind" ]; do read -r kind <&4 || exit 1; done
  while read -r line <&4 && [ -n "$line" ]; do
    case $line in ack:*) id=\${line#ack:} ;; esac
  done
  case $kind in MESSAGE) read -r body <&4 ;; esac
}
tell "CONNECT\\naccept-version:1.2\\nhost:/\\nheart-beat:0,0\\nlogin:$LOGIN\\npasscode:$PASSCODE"
hear
[ "$kind" = CONNECTED ] || exit 1
tell 'SUBSCRIBE\\nid:0\\ndestination:/amq/queue/jobs\\nack:client-individual\\nprefetch-count:1'
while hear; do
  case $kind in
    MESSAGE)
      : > /tmp/busy
      [ -e /tmp/stop ] && exit 0
      sleep 0.5
      tell 'SEND\\ndestination:/amq/queue/jobs-done' "$body"
      tell "ACK\\nid:$id\\nreceipt:done"
      ;;
    RECEIPT)
      rm -f /tmp/busy
      [ -e /tmp/stop ] && exit 0
      ;;
    *) exit 1 ;;
  esac
done
`,
  // One that waits for a message has nothing to finish; what came in this moment goes to another.
  '; [ -e /tmp/busy ] || kill $connection',
);
