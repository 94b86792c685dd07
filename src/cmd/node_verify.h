/*
 * The node's own acts `verify` and `log-export`. Verifying needs the keeper, which opens sealed bodies, so the running node carries it out, beside
 * its work and on a reader's connection of its own.
 */
#ifndef BESA_CMD_NODE_VERIFY_H
#define BESA_CMD_NODE_VERIFY_H

#include "cmd/node.h"

/* The access entry, then every log. The result is a JSON object: "clean", counts, "findings". */
bool node_verify(const struct node_file *file, struct error *err);

/* Without an entry: on one snapshot of the database, which the writer does not wait for. Not in the writer. */
struct verify_report;
bool node_snapshot_verify(struct node *node, struct verify_report *report, struct error *err);

/* One begins; and one was restored to a scratch node and verified there: {"made_ms", "manifest"}. */
bool node_backup(struct node *node, const struct desk_call *call, struct json_writer *out,
                 struct error *err);
bool node_backup_verified(struct node *node, const struct desk_call *call, struct json_writer *out,
                          struct error *err);

/* The books were brought to this program: {"schema_from", "apply_from", "without_backup"}. */
bool node_upgrade(struct node *node, const struct desk_call *call, struct json_writer *out,
                  struct error *err);

/* An export is written by the command itself, which reads beside the node; this is its access entry. */
bool node_log_export(struct node *node, const struct desk_call *call, struct json_writer *out,
                     struct error *err);

#endif
