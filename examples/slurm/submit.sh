#!/usr/bin/env bash
# A batch on a Slurm cluster: N shards as an array, then one job that joins them. Says the number of that last job.
# usage: submit.sh N FOLDER_OR_MANIFEST OUT [options of fasc batch]     (FASC in the environment: the program, where it is not on the PATH)
set -euo pipefail
if (($# < 3)); then
  sed -n '2,3s/^# //p' "$0" >&2
  exit 2
fi
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
shards=$1 what=$2 out=$3
shift 3
mkdir -p "$out"
array=$(sbatch --parsable --array="1-$shards" --output="$out.shard-%a.log" "$here/shard.sbatch" "$what" "$out" "$@")
sbatch --parsable --dependency="afterok:$array" --output="$out.merge.log" "$here/merge.sbatch" "$out"
