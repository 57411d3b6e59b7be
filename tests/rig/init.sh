#!/bin/busybox sh
# shellcheck shell=sh
# The first process of the virtual machine: mounts what programs expect, loads the modules, runs /script, tells the host its exit code, and
# turns the machine off.
/bin/busybox --install -s /bin
export PATH=/usr/local/bin:/usr/bin:/usr/sbin:/bin:/sbin HOME=/root TERM=dumb LC_ALL=C
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
mkdir -p /dev/pts /dev/shm
mount -t devpts pts /dev/pts
mount -t tmpfs shm /dev/shm
mount -t tmpfs tmp /tmp
chmod 1777 /tmp
while read -r module; do insmod "/modules/$module" || echo "insmod $module failed"; done </modules/order
ip link set lo up
ip link set eth0 up && ip addr add 10.0.2.15/24 dev eth0 && ip route add default via 10.0.2.2
mount -t 9p -o trans=virtio,version=9p2000.L,msize=524288 share /share
tries=0
while [ ! -e /dev/hvc0 ] && [ "$tries" -lt 100 ]; do
  sleep 0.1
  tries=$((tries + 1))
done
sh /script >/dev/hvc0 2>&1 </dev/null
code=$?
for port in /dev/vport*; do
  case $(cat "/sys/class/virtio-ports/${port#/dev/}/name" 2>/dev/null) in code) echo "$code" >"$port" ;; esac
done
sync
sleep 0.2
poweroff -f
