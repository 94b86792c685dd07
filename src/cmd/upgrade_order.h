/*
 * Upgrade order: who ordered an upgrade and why, kept in the books from before the first migration until the act `upgrade`
 * stands in the domestic log; both go in one transaction. A program that is killed in between leaves the order, and the
 * next one that opens the books writes the act.
 */
#ifndef BESA_CMD_UPGRADE_ORDER_H
#define BESA_CMD_UPGRADE_ORDER_H

#include "cmd/node.h"

/* A setting: the act's request, as a line of the control protocol. */
#define UPGRADE_SETTING "upgrade_ordered"

/* Into the old books; replaces an order whose upgrade never began. */
bool upgrade_order_put(struct database *db, const struct control_request *request,
                       struct error *err);
/* Writes the act that is owed; true when none is. In the thread that pumps. */
bool upgrade_order_settle(struct node *node, struct error *err);

#endif
