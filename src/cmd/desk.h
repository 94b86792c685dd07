/*
 * Desk: the node's door for officers and national systems: the API's server, and the way from a request to an act. Wanted
 * only where besa.conf has desk_listen.
 */
#ifndef BESA_CMD_DESK_H
#define BESA_CMD_DESK_H

#include "cmd/node.h"
#include "web/web.h"

bool desk_web_make(struct node *node, struct web **out, struct error *err);
/* Listens with this key; starts no thread yet. */
bool desk_server_make(struct node *node, struct web *web, struct span key_pem,
                      struct span certificate_pem, struct http_server **out, struct error *err);
/* What the books published, to the streams. In the writer. */
void desk_web_publish(struct node *node, struct web *web, const struct journal_event *event);

#endif
