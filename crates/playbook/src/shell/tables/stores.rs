//! Tools that look after stores: keys, queues, secrets and databases.

use super::super::argv::Spec;
use super::super::manifest::{Tool, Verb, verb};
use crate::Effect::{ChangesHere, ChangesProduction, Destroys, ReadsWorld};

const READ: &str = "only reads";
const KEYS: &str = "changes stored data";
const GONE: &str = "removes stored data";
const SETS: &str = "changes how production runs";

const fn tool(name: &'static str, globals: &'static str, verbs: &'static [Verb]) -> Tool {
    Tool { name, globals: Spec::of("--tls --no-auth-warning --raw --no-raw --cluster -v", globals), verbs }
}

pub(super) const TOOLS: &[Tool] = &[
    tool("redis-cli", "-h -p -n -a --user --pass", REDIS),
    tool("vault", "-address -namespace -format", VAULT),
    tool("consul", "-http-addr -token -datacenter", CONSUL),
    tool("etcdctl", "--endpoints --cacert --cert --key -w --write-out --user --command-timeout", ETCD),
    tool("rabbitmqctl rabbitmq-diagnostics", "-n --node -p --vhost", RABBIT),
    tool("mysqladmin", "-h --host -u --user -P --port", MYSQLADMIN),
    tool("kafka-topics.sh kafka-topics", "", KAFKA),
    tool("kafka-consumer-groups.sh kafka-consumer-groups", "", KAFKA),
    tool("kafka-configs.sh kafka-configs", "", KAFKA),
];

/// In lower case; Redis takes either.
const REDIS: &[Verb] = &[
    verb("get", ReadsWorld, READ),
    verb("mget", ReadsWorld, READ),
    verb("info", ReadsWorld, READ),
    verb("ping", ReadsWorld, READ),
    verb("ttl", ReadsWorld, READ),
    verb("pttl", ReadsWorld, READ),
    verb("type", ReadsWorld, READ),
    verb("exists", ReadsWorld, READ),
    verb("strlen", ReadsWorld, READ),
    verb("dbsize", ReadsWorld, READ),
    verb("time", ReadsWorld, READ),
    verb("role", ReadsWorld, READ),
    verb("llen", ReadsWorld, READ),
    verb("lrange", ReadsWorld, READ),
    verb("lindex", ReadsWorld, READ),
    verb("hget", ReadsWorld, READ),
    verb("hgetall", ReadsWorld, READ),
    verb("hlen", ReadsWorld, READ),
    verb("scard", ReadsWorld, READ),
    verb("sismember", ReadsWorld, READ),
    verb("zcard", ReadsWorld, READ),
    verb("zscore", ReadsWorld, READ),
    verb("zrange", ReadsWorld, READ),
    verb("xlen", ReadsWorld, READ),
    verb("scan", ReadsWorld, READ),
    verb("lastsave", ReadsWorld, READ),
    verb("memory usage", ReadsWorld, READ),
    verb("memory stats", ReadsWorld, READ),
    verb("memory doctor", ReadsWorld, READ),
    verb("client list", ReadsWorld, READ),
    verb("config get", ReadsWorld, READ),
    verb("slowlog get", ReadsWorld, READ),
    verb("slowlog len", ReadsWorld, READ),
    verb("latency latest", ReadsWorld, READ),
    verb("latency doctor", ReadsWorld, READ),
    verb("cluster info", ReadsWorld, READ),
    verb("cluster nodes", ReadsWorld, READ),
    verb("object encoding", ReadsWorld, READ),
    verb("set", ChangesProduction, KEYS),
    verb("expire", ChangesProduction, KEYS),
    verb("incr", ChangesProduction, KEYS),
    verb("hset", ChangesProduction, KEYS),
    verb("lpush", ChangesProduction, KEYS),
    verb("rpush", ChangesProduction, KEYS),
    verb("config set", ChangesProduction, SETS),
    verb("failover", ChangesProduction, SETS),
    verb("cluster failover", ChangesProduction, SETS),
    verb("client kill", Destroys, "ends connections that people are using"),
    verb("del", Destroys, GONE),
    verb("unlink", Destroys, GONE),
    verb("flushall", Destroys, GONE),
    verb("flushdb", Destroys, GONE),
    verb("shutdown", Destroys, "stops the store"),
];

const VAULT: &[Verb] = &[
    verb("status", ReadsWorld, READ),
    verb("kv get", ReadsWorld, READ).with("", "-mount -field -version"),
    verb("kv list", ReadsWorld, READ).with("", "-mount"),
    verb("kv metadata get", ReadsWorld, READ).with("", "-mount"),
    verb("token lookup", ReadsWorld, READ).with("-accessor", ""),
    verb("secrets list", ReadsWorld, READ).with("-detailed", ""),
    verb("auth list", ReadsWorld, READ).with("-detailed", ""),
    verb("policy list", ReadsWorld, READ),
    verb("policy read", ReadsWorld, READ),
    verb("audit list", ReadsWorld, READ).with("-detailed", ""),
    verb("operator raft list-peers", ReadsWorld, READ),
    verb("operator members", ReadsWorld, READ),
    verb("login", ChangesHere, "stores a login on this machine"),
    verb("kv put", ChangesProduction, KEYS),
    verb("kv patch", ChangesProduction, KEYS),
    verb("write", ChangesProduction, KEYS),
    verb("operator unseal", ChangesProduction, SETS),
    verb("operator step-down", ChangesProduction, SETS),
    verb("operator seal", Destroys, "shuts every client out"),
    verb("kv delete", Destroys, GONE),
    verb("kv destroy", Destroys, GONE),
    verb("delete", Destroys, GONE),
    verb("lease revoke", Destroys, "ends credentials that are in use"),
    verb("token revoke", Destroys, "ends credentials that are in use"),
];

const CONSUL: &[Verb] = &[
    verb("members", ReadsWorld, READ).with("-detailed -wan", "-status"),
    verb("catalog nodes", ReadsWorld, READ).with("-detailed", "-service"),
    verb("catalog services", ReadsWorld, READ).with("-tags", "-node"),
    verb("catalog datacenters", ReadsWorld, READ),
    verb("kv get", ReadsWorld, READ).with("-recurse -keys -detailed", ""),
    verb("info", ReadsWorld, READ),
    verb("operator raft list-peers", ReadsWorld, READ),
    verb("kv put", ChangesProduction, KEYS),
    verb("reload", ChangesProduction, SETS),
    verb("maint", ChangesProduction, SETS),
    verb("kv delete", Destroys, GONE),
    verb("leave", Destroys, "takes a node out of the cluster"),
    verb("force-leave", Destroys, "takes a node out of the cluster"),
];

const ETCD: &[Verb] = &[
    verb("get", ReadsWorld, READ).with("--prefix --keys-only --count-only --print-value-only", "--limit"),
    verb("member list", ReadsWorld, READ),
    verb("endpoint health", ReadsWorld, READ),
    verb("endpoint status", ReadsWorld, READ),
    verb("endpoint hashkv", ReadsWorld, READ),
    verb("alarm list", ReadsWorld, READ),
    verb("version", ReadsWorld, READ),
    verb("snapshot save", ChangesHere, "writes a copy of the data"),
    verb("put", ChangesProduction, KEYS),
    verb("defrag", ChangesProduction, "blocks a member while it works"),
    verb("alarm disarm", ChangesProduction, SETS),
    verb("move-leader", ChangesProduction, SETS),
    verb("member add", ChangesProduction, SETS),
    verb("compaction", Destroys, "removes the history of stored data"),
    verb("member remove", Destroys, "takes a member out of the cluster"),
    verb("del", Destroys, GONE),
];

const RABBIT: &[Verb] = &[
    verb("status", ReadsWorld, READ),
    verb("ping", ReadsWorld, READ),
    verb("cluster_status", ReadsWorld, READ),
    verb("list_queues", ReadsWorld, READ).with("--online --offline", ""),
    verb("list_connections", ReadsWorld, READ),
    verb("list_channels", ReadsWorld, READ),
    verb("list_consumers", ReadsWorld, READ),
    verb("list_exchanges", ReadsWorld, READ),
    verb("list_users", ReadsWorld, READ),
    verb("check_running", ReadsWorld, READ),
    verb("check_local_alarms", ReadsWorld, READ),
    verb("memory_breakdown", ReadsWorld, READ),
    verb("start_app", ChangesProduction, SETS),
    verb("stop_app", Destroys, "stops the broker"),
    verb("purge_queue", Destroys, GONE),
    verb("delete_queue", Destroys, GONE),
    verb("reset", Destroys, GONE),
    verb("forget_cluster_node", Destroys, "takes a node out of the cluster"),
];

/// Each alone: the tool takes several of them at once.
const MYSQLADMIN: &[Verb] = &[
    verb("status", ReadsWorld, READ).operands(0),
    verb("extended-status", ReadsWorld, READ).operands(0),
    verb("ping", ReadsWorld, READ).operands(0),
    verb("processlist", ReadsWorld, READ).operands(0),
    verb("variables", ReadsWorld, READ).operands(0),
    verb("version", ReadsWorld, READ).operands(0),
    verb("kill", Destroys, "ends connections that people are using"),
    verb("shutdown", Destroys, "stops the database"),
    verb("drop", Destroys, GONE),
];

/// The options say what is done: those that only list and describe are vouched for.
const KAFKA: &[Verb] = &[verb("", ReadsWorld, "only lists and describes")
    .with(
        "--list --describe --under-replicated-partitions --unavailable-partitions --members --verbose --state --offsets \
         --all-groups --all-topics --topics-with-overrides --all",
        "--bootstrap-server --zookeeper --topic --group --command-config --entity-type --entity-name",
    )
    .operands(0)
    .raised(&[
        ("--delete", Destroys, GONE),
        ("--reset-offsets", Destroys, "moves consumers to other messages"),
        ("--create", ChangesProduction, SETS),
        ("--alter", ChangesProduction, SETS),
    ])];
