/* The desk's door: see desk.h. */
#include "cmd/desk.h"

#include "cmd/report.h"

#include <stdio.h>

static bool door_submit(void *context, struct job *job, struct error *err)
{
    struct node *node = context;

    return journal_submit(&node->journal, job, err);
}

static void door_alarm(void *context, const char *words)
{
    (void)context;
    report(REPORT_ALARM, NULL, "passwords are being guessed: %s", words);
}

static bool node_act_run(struct node *node, const struct node_act *act,
                         const struct desk_call *call, struct json_writer *out, struct error *err)
{
    struct control_request request = {.officer = call->access.officer,
                                      .reason = call->access.reason,
                                      .case_number = call->access.case_number};

    if (act->needs_second)
        return error_set(err, ERROR_RULE, "%s: two officers do this at the node (docs/roles.md)",
                         act->name);
    return node_access(node, &request, act->name, NULL, 0, err) && act->run(node, call, out, err);
}

static bool door_act(void *context, struct span name, const struct desk_call *call,
                     struct json_writer *out, struct error *err)
{
    struct node *node = context;
    const struct desk_act *act = desk_act_find(name);

    if (act != NULL)
        return desk_run(&node->journal, act, call, out, err);
    for (size_t i = 0; i < node_act_count; i++)
        if (span_is(name, node_acts[i].name))
            return node_act_run(node, &node_acts[i], call, out, err);
    return error_set(err, ERROR_MISSING, "no act '%.*s'", SPAN_ARG(name));
}

bool desk_web_make(struct node *node, struct web **out, struct error *err)
{
    struct web_options options = {
        .env = node->env,
        .door = {.context = node, .submit = door_submit, .act = door_act, .alarm = door_alarm},
        .files = node_files(node),
        .party = node->config.party,
        .is_training = node->config.is_training};

    return web_make(&options, out, err);
}

bool desk_server_make(struct node *node, struct web *web, struct span key_pem,
                      struct span certificate_pem, struct http_server **out, struct error *err)
{
    char host[CONF_ADDRESS_SIZE];
    uint16_t port = 0;
    size_t count = 0;

    if (!config_address_read(node->config.desk_listen, host, &port))
        return error_set(err, ERROR_INPUT, "%s: desk_listen is no address:port", HOME_CONF);
    const struct http_route *routes = web_http_routes(web, &count);
    struct http_server_options options = {.env = node->env,
                                          .is_desk = true,
                                          .is_training = node->config.is_training,
                                          .address = host,
                                          .port = port,
                                          .key_pem = key_pem,
                                          .certificate_pem = certificate_pem,
                                          .routes = routes,
                                          .route_count = count,
                                          .context = web};
    return http_server_make(&options, out, err) ||
           error_add(err, "listening on %s", node->config.desk_listen);
}

void desk_web_publish(struct node *node, struct web *web, const struct journal_event *event)
{
    static const char *const kinds[JOURNAL_EVENT_COUNT] = {
        [JOURNAL_SEALED] = "sealed",       [JOURNAL_RECEIPT] = "receipt",
        [JOURNAL_ARRIVED] = "arrived",     [JOURNAL_APPENDED] = "appended",
        [JOURNAL_PARTS] = "parts",         [JOURNAL_ALARM] = "alarm",
        [JOURNAL_SUSPENDED] = "suspended", [JOURNAL_RESUME] = "resume",
        [JOURNAL_TRUST] = "trust"};
    const char *agreement =
        event->line < node->journal.line_count ? node->journal.lines[event->line].agreement_id : "";

    web_publish(web, kinds[event->kind], agreement, event->entry, event->size);
}
