# What a user of etcd types, one command a line; those of run.sh's own are beside etcdctl: lease (grants one and keeps its id
# in $id), watched, http and the like.
# ---- KV ----
ctl put a 1
ctl put --prev-kv a 2
ctl put a 3 --prev-kv -w json
ctl put b ''
ctl put c 30
ctl put d 4
ctl put dd 5
ctl put 'with space' 'v w'
ctl put bin $'\x01\xff'
ctl get a
ctl get a -w json
ctl get a -w fields
ctl get absent
ctl get absent -w json
ctl get ''
ctl get a d
ctl get d a
ctl get --prefix d
ctl get --prefix ''
ctl get --from-key c
ctl get --from-key ''
ctl get --from-key --prefix c
ctl get --prefix d --hex
ctl get --prefix '' --keys-only
ctl get --prefix '' --keys-only -w json
ctl get --prefix '' --print-value-only
ctl get --prefix '' --count-only
ctl get --prefix '' --count-only -w fields
ctl get --prefix '' --count-only -w json
ctl get --prefix '' --limit 2
ctl get --prefix '' --limit 2 -w json
ctl get --prefix '' --limit 100 -w json
ctl get --prefix '' --order ASCEND --sort-by KEY -w json
ctl get --prefix '' --order DESCEND --sort-by KEY --keys-only
ctl get --prefix '' --order ASCEND --sort-by VERSION --keys-only
ctl get --prefix '' --order DESCEND --sort-by VERSION --keys-only
ctl get --prefix '' --order ASCEND --sort-by CREATE --keys-only
ctl get --prefix '' --order DESCEND --sort-by CREATE --limit 3 -w json
ctl get --prefix '' --order ASCEND --sort-by MODIFY --keys-only
ctl get --prefix '' --order DESCEND --sort-by MODIFY --limit 1 -w json
ctl get --prefix '' --order ASCEND --sort-by VALUE
ctl get --prefix '' --order DESCEND --sort-by VALUE --keys-only
ctl get --prefix '' --sort-by MODIFY --keys-only
ctl get --prefix '' --order DESCEND --limit 2 --keys-only -w json
ctl get --prefix '' --order SIDEWAYS
ctl get a --rev 2
ctl get a --rev 3 -w json
ctl get --prefix '' --rev 3 -w json
ctl get a --rev 99
ctl get a --rev 1
ctl get a --rev -5
ctl get a --consistency s
ctl get a --consistency q
ctl put a
ctl put '' x
ctl put a --ignore-value
ctl put absent --ignore-value
ctl put a 9 --ignore-value
ctl put absent x --ignore-lease
ctl put a x --lease 77
ctl put a x --lease 77 --ignore-lease
ctl put a 4 --ignore-lease
ctl get a -w json
ctl del absent
ctl del ''
ctl del b --prev-kv
ctl del d e --prev-kv
ctl del dd -w json
ctl del --prefix with
ctl del --from-key zz
ctl del bin -w fields
http grpc range
# ---- txn ----
txn 'value("a") = "4"' '' 'put t1 1' 'get t1' '' 'get a' ''
txn 'value("a") = "5"' '' 'put t1 1' '' 'get a' 'del absent' ''
txn 'ver("a") > "1"' 'create("a") < "9"' 'mod("a") != "1"' '' 'del t1' 'put t2 2' 'get --prefix ""' '' ''
txn 'ver("none") = "0"' '' 'put t3 3' 'get t3' '' '' ''
txn '' 'put t4 1' 'put t4 2' '' '' ''
txn '' 'del t4' 'put t4 2' '' '' ''
txn '' 'put t4 1' 'get t4' 'put t5 5' 'get --prefix t' '' ''
txn 'mod("none") < "1"' '' 'get t2 --rev 4' '' '' ''
txn '' 'get t2 --rev 999' '' '' ''
txn '' 'put t6 1 --lease=7b' '' '' ''
txn '' 'put "" 1' '' '' ''
txn '' 'get --prefix t --order=DESCEND --sort-by=MODIFY' '' '' ''
txn '' 'get --prefix t --limit=1' '' '' ''
txn_json '' 'put t7 1' 'del t2' '' '' ''
many_ops 128
many_ops 129
big_put 1500000
big_put 1572864
big_put 1600000
big_put 4300000
# ---- compaction ----
ctl compact 0
ctl compact 1
ctl compact 5
ctl compact 5
ctl compact 3
ctl compact 9999
ctl compact 7 --physical
ctl get a --rev 6
ctl get a --rev 7
ctl get --prefix '' --rev 3
ctl get --prefix '' --rev 7 --keys-only
ctl endpoint hashkv --rev 6
ctl endpoint hashkv --rev 7
ctl endpoint hashkv --rev 8 -w json
ctl endpoint hashkv --rev 12
ctl endpoint hashkv --rev 22
# ---- leases ----
lease 100
ctl put l1 1 --lease $id
ctl put l2 2 --lease $id
ctl put l3 3 --lease $id
ctl put l3 3
lease_keys
ctl lease timetolive $id -w json
ctl lease timetolive $id
ctl lease list
ctl lease list -w json
ctl lease keep-alive --once $id
ctl lease keep-alive --once $id -w json
ctl put l2 4 --ignore-lease
ctl get --prefix l -w json
ctl lease revoke $id
ctl lease revoke $id
ctl lease timetolive $id --keys
ctl lease timetolive $id -w json
ctl lease keep-alive --once $id
ctl get --prefix l --keys-only
ctl lease grant 0
ctl lease grant -1
ctl lease grant 9000000001
ctl lease grant x
ctl lease revoke zz
ctl put expires 1
lease 1
ctl put expires 2 --lease $id
until_gone expires
ctl lease timetolive $id
# ---- watch ----
watched 1 a -- put a w1
watched 2 --prefix w -- put w1 1 -- put w2 2
watched 2 --prefix w --prev-kv -- put w1 2 -- del w1
watched 1 --rev 8 a --prev-kv -- put a w0
watched 1 a --rev 3
watched 1 a --rev 3 -w json
watched 1 --prefix w -w json -- put w9 9
watched 2 w1 w3 -- put w1 3 -- put w2 3
watched 1 --progress-notify a -- put a w2
watched_script 2 2 'watch a --rev REV' 'watch b --rev REV' 'progress' -- put a w3 -- put b w3
# ---- Maintenance and Cluster ----
ctl member list
ctl member list -w json
ctl member list -w fields
ctl member remove 1234
own_member remove
ctl member promote 1234
own_member promote
ctl member update 1234 --peer-urls=http://127.0.0.1:1
ctl member update 1234 --peer-urls=nonsense
ctl member add other --peer-urls=nonsense
ctl member add other
ctl endpoint health
ctl endpoint health -w json
ctl endpoint status
ctl endpoint status -w json
ctl endpoint status -w fields
# etcd 3.5 answers without a revision what it knows of the last compaction.
ctl endpoint hashkv | cut -d, -f1
ctl endpoint hashkv -w json | sed 's/"hash":[0-9]*/"hash":N/'
ctl endpoint hashkv --rev 9999
restored $tools/etcd $tools/etcdctl
restored $tools/etcd-3.4 $tools/etcdctl-3.4
ctl alarm list
ctl alarm list -w json
ctl alarm disarm
ctl defrag
ctl defrag -w json
ctl move-leader 1234
ctl check perf --load nonsense
# ---- Lock and Election ----
ctl lock m1 echo held
ctl lock m1 --ttl 5 -- sh -c 'echo $ETCD_LOCK_KEY | cut -d/ -f1'
held
ctl get --prefix m1 --keys-only
elected
ctl get --prefix e1 --keys-only
# ---- mirror ----
mirrored
# ---- HTTP ----
http GET /health
http GET '/health?serializable=true'
http GET /version
http GET /livez
http GET /readyz
http GET /nothing
http POST /health
http metrics
# ---- the gateway ----
http POST /v3/kv/put '{"key":"Z3c=","value":"MQ=="}'
http POST /v3/kv/put '{"key":"Z3c=","value":"Mg==","prev_kv":true}'
http POST /v3/kv/range '{"key":"Z3c="}'
http POST /v3/kv/range '{"key":"Z3c=","range_end":"Z3g=","keys_only":true,"limit":"1"}'
http POST /v3/kv/range '{"key":"Z3c=","count_only":true,"sort_order":"DESCEND","sort_target":"MOD"}'
http POST /v3/kv/range '{"key":"Z3c=","revision":999999}'
http POST /v3/kv/range '{}'
http POST /v3/kv/range ''
http GET /v3/kv/range
http POST /v3/nothing '{}'
http POST /v3/kv/put '{"key":"Z3c=","lease":"77"}'
http POST /v3/kv/txn '{"compare":[{"target":"VALUE","result":"EQUAL","key":"Z3c=","value":"Mg=="}],"success":[{"request_put":{"key":"Z3c=","value":"Mw=="}},{"request_range":{"key":"Z3c="}}],"failure":[{"request_range":{"key":"Z3c="}}]}'
http POST /v3/kv/txn '{"compare":[{"target":"MOD","result":"LESS","key":"Z3c=","mod_revision":"1"}],"success":[],"failure":[{"request_delete_range":{"key":"Z3c=","prev_kv":true}}]}'
http POST /v3/kv/deleterange '{"key":"Z3c="}'
http POST /v3/kv/compaction '{"revision":"999999"}'
http POST /v3/lease/grant '{"TTL":"100","ID":"4242"}'
http POST /v3/lease/grant '{"TTL":100,"ID":4242}'
http POST /v3/kv/put '{"key":"Z3ds","value":"MQ==","lease":"4242"}'
http POST /v3/lease/timetolive '{"ID":"4242","keys":true}' | sed 's/"TTL":"[0-9]*", *"gr/"TTL":"N","gr/'
http POST /v3/kv/lease/timetolive '{"ID":"77"}'
http POST /v3/lease/keepalive '{"ID":"4242"}'
http POST /v3/lease/leases '{}'
http POST /v3/lease/revoke '{"ID":"4242"}'
http POST /v3/kv/lease/revoke '{"ID":"4242"}'
http POST /v3/maintenance/status '{}' | grep -o '"version":"3.5'
http POST /v3/maintenance/hash '{}' | grep -o '"hash":'
http POST /v3/maintenance/hashkv '{"revision":"12"}'
http POST /v3/maintenance/defragment '{}'
http POST /v3/maintenance/alarm '{}'
http POST /v3/maintenance/alarm '{"action":"ACTIVATE","memberID":"17","alarm":"NOSPACE"}'
http POST /v3/maintenance/alarm '{"action":"GET","alarm":"NOSPACE"}'
ctl alarm list
ctl put a full
ctl get a --print-value-only
ctl del full
ctl lease grant 10
txn '' 'put t1 1' '' '' ''
txn '' 'get a' '' '' ''
http GET /health
http GET '/health?exclude=NOSPACE'
http POST /v3/maintenance/alarm '{"action":"DEACTIVATE","memberID":"18","alarm":"NOSPACE"}'
ctl alarm disarm
ctl put a roomy
http POST /v3/maintenance/alarm '{"action":"ACTIVATE","memberID":"17","alarm":"CORRUPT"}'
ctl get a
ctl put a corrupt
ctl compact 3
ctl lease revoke 4242
http GET /health
ctl alarm disarm
ctl get a --print-value-only
http POST /v3/cluster/member/list '{}' | grep -o '"name":"default"'
http POST /v3/election/leader '{"name":"ZWw="}'
http POST /v3/lease/grant '{"TTL":"100","ID":"5001"}'
http POST /v3/election/campaign '{"name":"ZWw=","lease":"5001","value":"b25l"}'
http POST /v3/election/campaign '{"name":"ZWw=","lease":"5001","value":"dHdv"}'
http POST /v3/election/leader '{"name":"ZWw="}'
http POST /v3/election/proclaim '{"value":"eA=="}'
http POST /v3/election/proclaim '{"leader":{"name":"ZWw=","key":"ZWwvMTM4OQ==","rev":"1","lease":"5001"},"value":"eA=="}'
http POST /v3/election/resign '{}'
http POST /v3/election/resign '{"leader":{"name":"ZWw=","key":"ZWwvMTM4OQ==","rev":"1","lease":"5001"}}'
http POST /v3/election/leader '{"name":"ZWw="}'
http POST /v3/lock/lock '{"name":"bGs=","lease":"5001"}'
http POST /v3/lock/unlock '{"key":"bGsvMTM4OQ=="}'
http POST /v3/auth/status '{}'
http POST /v3/auth/enable '{}'
http POST /v3/auth/authenticate '{"name":"a","password":"b"}'
http POST /v3/auth/user/add '{"name":"gw","password":"pw"}'
http POST /v3/auth/user/get '{"name":"gw"}'
http POST /v3/auth/user/list '{}'
http POST /v3/auth/role/add '{"name":"gr"}'
http POST /v3/auth/role/grant '{"name":"gr","perm":{"permType":"READWRITE","key":"Zm9v","range_end":"Zm9w"}}'
http POST /v3/auth/role/get '{"role":"gr"}'
http POST /v3/auth/user/grant '{"user":"gw","role":"gr"}'
http POST /v3/auth/role/delete '{"role":"gr"}'
http POST /v3/auth/user/delete '{"name":"gw"}'
http POST /v3/auth/user/delete '{"name":"gw"}'
http watch '{"create_request":{"key":"Z3c=","start_revision":"46"}}' | head -1 | grep -o '"created":true'
# ---- Auth ----
ctl auth status
ctl auth enable
ctl user add root --no-password
ctl role add root
ctl user grant-role root root
ctl user grant-role root nothing
ctl user grant-role nobody root
ctl user delete root
ctl user add root:rpw
ctl user add root:rpw
ctl user add ann:apw
ctl user add bob:bpw
ctl user add cert --no-password
ctl user add '' --no-password
ctl user list
ctl user list -w json
ctl role add readers
ctl role add readers
ctl role add writers
ctl role add ''
ctl role list
ctl role grant-permission readers read k1
ctl role grant-permission readers read k2 k5
ctl role grant-permission readers read pre --prefix
ctl role grant-permission writers readwrite w --prefix
ctl role grant-permission writers write k3
ctl role grant-permission writers write z --from-key
ctl role grant-permission nothing read k1
ctl role grant-permission readers read ''
ctl role grant-permission readers read z a
ctl role grant-permission readers fly k1
ctl role get readers
ctl role get writers
ctl role get writers -w json
ctl role get root
ctl role get nothing
ctl user grant-role ann readers
ctl user grant-role ann readers
ctl user grant-role bob writers
ctl user grant-role root root
ctl user get ann
ctl user get root -w json
ctl user get nobody
ctl user get ann --detail
ctl put k1 1
ctl put w1 1
ctl put pre1 1
ctl auth enable
ctl auth status
ctl get k1
ctl put k1 2
ctl user list
AUTH=root:wrong actl get k1
AUTH=nobody:x actl get k1
AUTH=cert:x actl get k1
AUTH=root:rpw actl auth status
AUTH=root:rpw actl get k1
AUTH=root:rpw actl put k1 2
AUTH=ann:apw actl get k1
AUTH=ann:apw actl get k2 k4
AUTH=ann:apw actl get k2 k6
AUTH=ann:apw actl get --prefix pre
AUTH=ann:apw actl get --prefix pr
AUTH=ann:apw actl get w1
AUTH=ann:apw actl put k1 3
AUTH=bob:bpw actl put w1 2
AUTH=bob:bpw actl put w1 2 --prev-kv
AUTH=bob:bpw actl put k3 2
AUTH=bob:bpw actl put k3 2 --prev-kv
AUTH=bob:bpw actl get k3
AUTH=bob:bpw actl put zz 1
AUTH=bob:bpw actl put y 1
AUTH=bob:bpw actl del w1
AUTH=bob:bpw actl del k3 --prev-kv
AUTH=bob:bpw actl del --prefix w
AUTH=bob:bpw actl del --prefix ''
AUTH=ann:apw actl user get ann
AUTH=ann:apw actl user get bob
AUTH=ann:apw actl role get readers
AUTH=ann:apw actl role get writers
AUTH=ann:apw actl user list
AUTH=ann:apw actl role list
AUTH=ann:apw actl user add x:y
AUTH=ann:apw actl defrag
AUTH=ann:apw actl endpoint status -w json
AUTH=ann:apw actl endpoint hashkv
AUTH=ann:apw actl member list
AUTH=ann:apw actl compact 2
AUTH=ann:apw actl watch k9
AUTH=ann:apw atxn 'value("k1") = "2"' '' 'get k1' '' 'get k2' ''
AUTH=ann:apw atxn 'value("w1") = "2"' '' 'get k1' '' '' ''
AUTH=ann:apw atxn '' 'put k1 1' '' '' ''
AUTH=bob:bpw atxn '' 'put w5 1' '' 'put k1 1' ''
AUTH=bob:bpw atxn '' 'put w5 1' '' 'put w6 1' ''
AUTH=root:rpw lease 500
AUTH=root:rpw actl put k1 5 --lease $id
AUTH=bob:bpw actl put w7 1 --lease $id
AUTH=bob:bpw actl lease revoke $id
AUTH=bob:bpw actl lease timetolive $id --keys
AUTH=bob:bpw actl lease keep-alive --once $id
AUTH=root:rpw actl lease revoke $id
AUTH=root:rpw actl user delete root
AUTH=root:rpw actl role delete root
AUTH=root:rpw actl user revoke-role root root
AUTH=root:rpw actl user revoke-role bob readers
AUTH=root:rpw actl role revoke-permission writers k3
AUTH=root:rpw actl role revoke-permission writers k3
AUTH=root:rpw actl role revoke-permission writers w x
AUTH=root:rpw actl role revoke-permission nothing k3
AUTH=bob:bpw actl put w1 9
AUTH=root:rpw actl user revoke-role bob writers
AUTH=bob:bpw actl put zz 9
AUTH=root:rpw actl role delete readers
AUTH=root:rpw actl user get ann
AUTH=ann:apw actl get k1
AUTH=root:rpw actl user delete bob
AUTH=bob:bpw actl get k1
restart
AUTH=root:rpw actl user list
AUTH=ann:apw actl get k1
AUTH=root:rpw actl auth disable
ctl auth status
AUTH=root:rpw actl get k1
ctl user delete root
ctl user delete ann
ctl user delete cert
ctl role delete writers
ctl role delete root
ctl role list
ctl get k1 --print-value-only
# ---- a restart ----
lease 1000
ctl put kept 1 --lease $id
restart
ctl get kept
ctl lease timetolive $id --keys
# After a kill -9 minik skips revisions, so that none is given twice: the keys are compared, not their revisions.
ctl get --prefix '' --keys-only
