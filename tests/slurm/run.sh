#!/usr/bin/env bash
# examples/slurm on a Slurm of one node, started for this: the joined shards are the bytes of one run. Exit status 77: Slurm cannot start here.
# Expects FASC_PROGRAM; logs stay in build/tests/slurm.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

export PATH="$PATH:/usr/sbin:/sbin"
: "${FASC_PROGRAM:=$PWD/build/release/bin/fasc}"
export FASC="$FASC_PROGRAM"
readonly dir=$PWD/build/tests/slurm
skip() {
  printf '%s\n' "$*"
  exit 77
}
for program in slurmctld slurmd munged sbatch squeue scancel; do
  command -v "$program" >/dev/null || skip "$program is not installed (Debian packages slurmctld, slurmd, slurm-client, munge)"
done

rm -rf "$dir"
mkdir -p "$dir"/{state,spool,munge}
chmod 700 "$dir/munge"
pids=()
stop() {
  local pid
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
  if [[ -f $dir/munge/pid ]]; then kill "$(cat "$dir/munge/pid")" 2>/dev/null || true; fi
  wait 2>/dev/null || true
  rm -rf "$sockets"
}
sockets=$(mktemp -d /tmp/fasc-slurm.XXXXXX) # a socket's path must be short
chmod 755 "$sockets"
trap stop EXIT

head -c 1024 /dev/urandom >"$dir/munge/key"
chmod 600 "$dir/munge/key"
munged --force --socket="$sockets/munge" --key-file="$dir/munge/key" --pid-file="$dir/munge/pid" --log-file="$dir/munge/log" \
  --seed-file="$dir/munge/seed" --num-threads=1 >"$dir/munge/out" 2>&1 || skip "munged cannot start here: $(tail -n 1 "$dir/munge/out")"

host=$(hostname -s) port=$((20000 + $$ % 20000))
cat >"$dir/slurm.conf" <<CONF
ClusterName=fasc
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$port
SlurmdPort=$((port + 1))
SlurmUser=$(id -un)
SlurmdUser=$(id -un)
AuthType=auth/munge
AuthInfo=socket=$sockets/munge
CredType=cred/munge
StateSaveLocation=$dir/state
SlurmdSpoolDir=$dir/spool
SlurmctldPidFile=$dir/slurmctld.pid
SlurmdPidFile=$dir/slurmd.pid
SlurmctldLogFile=$dir/slurmctld.log
SlurmdLogFile=$dir/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU_Memory
MpiDefault=none
ReturnToService=2
SchedulerParameters=sched_interval=1,bf_interval=1,batch_sched_delay=0
NodeName=$host NodeAddr=127.0.0.1 CPUs=2 RealMemory=2000 State=UNKNOWN
PartitionName=all Nodes=$host Default=YES MaxTime=INFINITE State=UP
CONF
export SLURM_CONF="$dir/slurm.conf"
slurmctld -D -c >"$dir/slurmctld.out" 2>&1 &
pids+=($!)
slurmd -D -c >"$dir/slurmd.out" 2>&1 &
pids+=($!)
ready=
for _ in $(seq 30); do
  if sinfo -h -o '%T' 2>/dev/null | grep -q idle; then
    ready=yes
    break
  fi
  sleep 1
done
[[ -n $ready ]] || skip "Slurm cannot start here: $(tail -n 1 "$dir/slurmd.out" "$dir/slurmctld.out" | tr '\n' ' ')"

mkdir -p "$dir/clips"
for clip in calf_keyframes_30fps calf_and_control_30fps calm_probe_contraction_30fps; do cp "sample_data/$clip.mp4" "$dir/clips/"; done
head -c 3000 sample_data/calf_and_control_30fps.mp4 >"$dir/clips/cut.mp4"
touch -d '1 hour ago' "$dir"/clips/*
status=0
"$FASC" batch "$dir/clips" --out "$dir/one" --no-video --target left --quiet 2>/dev/null || status=$?
[[ $status == 3 ]] || { printf 'fasc batch ended with %d, not 3\n' "$status"; exit 1; }
last=$(examples/slurm/submit.sh 3 "$dir/clips" "$dir/cluster" --no-video --target left)
for _ in $(seq 240); do
  [[ -n $(squeue -h 2>/dev/null) ]] || break
  sleep 0.5
done
[[ -z $(squeue -h) ]] || { squeue; scancel --user="$(id -un)"; exit 1; }
if ! diff -r "$dir/one" "$dir/cluster"; then
  tail -n 20 "$dir"/cluster.*.log
  exit 1
fi
[[ -f $dir/cluster/index.html ]] || exit 1
printf 'job %s joined 3 shards to the same bytes as one run\n' "$last"
