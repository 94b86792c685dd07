/* Reach: see reach.h. */
#include "web/support/reach.h"

#include "base/attributes.h"
#include "base/text.h"
#include "desk/roles.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define UNKNOWN "01890a5d-ac96-774b-bcce-b302099a8057"

void reach_path(const struct web_route *route, char *out, size_t size)
{
    static const char *const known[][2] = {{"item", UNKNOWN},
                                           {"approval", "00000000000000000000000000000000"},
                                           {"agreement", "ro-al"},
                                           {"partner", "al"}};
    const char *id = "none";
    const char *brace = strstr(route->path, "{id}");

    for (size_t i = 0; route->id != NULL && i < ARRAY_COUNT(known); i++)
        if (strcmp(route->id, known[i][0]) == 0)
            id = known[i][1];
    if (brace == NULL)
        snprintf(out, size, "%s", route->path);
    else
        snprintf(out, size, "%.*s%s%s", (int)(brace - route->path), route->path, id,
                 strchr(brace, '}') + 1);
    char *number = strstr(out, "{n}");
    if (number != NULL) {
        number[0] = '1';
        memmove(number + 1, number + 3, strlen(number + 3) + 1);
    }
}

/* The roles that may, out of the table that was written by hand. */
static uint32_t roles_of(const char *act)
{
    FILE *file = fopen(BESA_TEST_DATA "/roles/acts.txt", "r");
    char line[512];
    uint32_t roles = 0;
    size_t size = strlen(act);

    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        if (strncmp(line, act, size) != 0 || line[size] != ':')
            continue;
        char *rest = NULL;
        for (char *word = strtok_r(line + size + 1, " \n", &rest); word != NULL;
             word = strtok_r(NULL, " \n", &rest)) {
            enum role role;
            if (role_read(span_text(word), &role))
                roles |= 1u << role;
        }
    }
    if (file != NULL)
        fclose(file);
    return roles;
}

bool reach_may(const struct web_route *route, size_t role)
{
    return route->act == NULL || (roles_of(route->act) & 1u << role) != 0;
}

/* What the act itself answers where its success needs what these books have not. */
struct row {
    const char *method;
    const char *path;
    unsigned status;
    const char *words; /* in the answer */
};
static const struct row rows[] = {
    /* nothing is there by this name */
    {"GET", "/api/v1/items/{id}", 404, "no item"},
    {"GET", "/api/v1/items/{id}/parts/{n}", 404, "no item"},
    {"GET", "/api/v1/items/{id}/crosscheck", 404, "no item"},
    {"POST", "/api/v1/requests/check", 422, "/reference"},
    {"POST", "/api/v1/items/{id}/assignment", 422, "/unit"},
    {"POST", "/api/v1/items/{id}/forwarding", 422, "/authority"},
    {"POST", "/api/v1/items/{id}/export", 422, "/channel"},
    {"POST", "/api/v1/items/{id}/refusal", 422, "/grounds"},
    {"POST", "/api/v1/items/{id}/clarification", 422, "/question"},
    {"POST", "/api/v1/items/{id}/clarification-reply", 422, "/reply"},
    {"POST", "/api/v1/items/{id}/access", 422, "/access"},
    {"POST", "/api/v1/items/{id}/delay", 422, "/authorisation"},
    {"POST", "/api/v1/items/{id}/urgency-doubt", 422, "/doubt"},
    {"POST", "/api/v1/items/{id}/urgency-reply", 422, "/urgency"},
    {"POST", "/api/v1/items/{id}/erasure", 422, "/erase_reason"},
    {"POST", "/api/v1/items/{id}/withdrawal", 404, "no item"},
    {"PUT", "/api/v1/items/{id}/hold", 422, "/hold"},
    {"DELETE", "/api/v1/items/{id}/hold", 404, "no item"},
    {"GET", "/api/v1/approvals/{id}", 404, "approval"},
    {"POST", "/api/v1/approvals/{id}/refusal", 404, "approval"},
    {"POST", "/api/v1/approvals/{id}/confirmation", 422, "/sha256"},
    {"POST", "/api/v1/approvals/{id}/emergency", 404, "approval"},
    {"POST", "/api/v1/items/{id}/emergency-review", 422, "/review"},
    {"POST", "/api/v1/items/{id}/rights-flag", 404, "no item"},
    {"POST", "/api/v1/items/{id}/rights-decision", 422, "/decision"},
    {"POST", "/api/v1/cases/{id}/glass", 404, "no such case"},
    {"POST", "/api/v1/glass/{n}/review", 422, "/review"},
    {"POST", "/api/v1/on-call", 422, "/officer"},
    {"DELETE", "/api/v1/on-call/{n}", 404, "time on call"},
    {"GET", "/api/v1/statistics", 422, "/year"},
    {"POST", "/api/v1/officers/{id}/password", 404, "none"},
    {"POST", "/api/v1/officers/{id}/revocation", 404, "none"},
    {"DELETE", "/api/v1/officers/{id}/sessions", 404, "none"},
    /* no proposal is open */
    {"GET", "/api/v1/agreements/{id}/proposal", 404, "proposal"},
    {"POST", "/api/v1/agreements/{id}/refusal", 404, "proposal"},
    {"POST", "/api/v1/agreements/{id}/withdrawal", 404, "proposal"},
    {"POST", "/api/v1/agreements/{id}/difference", 404, "proposal"},
    /* the empty object lacks what the act asks for */
    {"POST", "/api/v1/password", 422, "/old"},
    {"POST", "/api/v1/session/proof", 422, "/password"},
    {"POST", "/api/v1/requests", 422, "/reference"},
    {"POST", "/api/v1/spontaneous", 422, "/reference"},
    {"POST", "/api/v1/items/{id}/answer", 404, "no item"},
    {"PUT", "/api/v1/officers/{id}", 422, "/name"},
    {"PUT", "/api/v1/cases/{id}", 422, "/title"},
    {"POST", "/api/v1/agreements/{id}/proposal", 422, "/signed"},
    {"POST", "/api/v1/agreements/{id}/acceptance", 422, "/signed"},
    {"POST", "/api/v1/agreements/{id}/termination", 422, "/ends"},
    {"POST", "/api/v1/agreements/{id}/trial", 422, "/reference"},
    {"PUT", "/api/v1/partners/{id}/resume", 422, "/until"},
    {"POST", "/api/v1/keys/revocation", 422, "/certificate"},
    {"POST", "/api/v1/successions/preparation", 422, "/log"},
    {"POST", "/api/v1/successions/allowance", 422, "/document"},
    {"POST", "/api/v1/successions", 422, "/document"},
    {"POST", "/api/v1/register", 422, "/channel"},
    {"GET", "/api/v1/register/{n}", 404, "no such registered item"},
    {"GET", "/api/v1/register/{n}/scan", 404, "no such registered item"},
    {"POST", "/api/v1/register/{n}/translations", 422, "/language"},
    {"POST", "/api/v1/items/{id}/translations", 422, "/language"},
    {"GET", "/api/v1/items/{id}/translations", 404, "no item"},
    {"GET", "/api/v1/cases/{id}", 404, "no such case"},
    {"POST", "/api/v1/cases/{id}/assignment", 422, "/officer"},
    {"POST", "/api/v1/cases/{id}/closing", 404, "no such case"},
    {"DELETE", "/api/v1/cases/{id}/closing", 404, "no such case"},
    {"POST", "/api/v1/cases/{id}/erasure", 404, "no such case"},
    {"POST", "/api/v1/cases/{id}/notes", 422, "/text"},
    {"POST", "/api/v1/cases/{id}/references", 422, "/channel"},
    {"POST", "/api/v1/cases/{id}/people", 404, "no such case"},
    {"DELETE", "/api/v1/cases/{id}/people/{n}", 404, "no such case"},
    {"POST", "/api/v1/cases/{id}/people/{n}/protection", 422, "/status"},
    {"POST", "/api/v1/cases/{id}/tasks", 422, "/until"},
    {"POST", "/api/v1/cases/{id}/tasks/{n}/completion", 404, "no such case"},
    {"POST", "/api/v1/handovers", 422, "/taker"},
    {"GET", "/api/v1/handovers/{n}", 404, "no such hand-over"},
    {"POST", "/api/v1/handovers/{n}/taking", 422, "/sha256"},
    {"POST", "/api/v1/retention/acts/holds", 422, "/until"},
    {"DELETE", "/api/v1/retention/acts/holds/{n}", 404, "no such hold"},
    {"POST", "/api/v1/own/search", 422, "/query"},
    {"GET", "/api/v1/own/people/{n}", 422, "/purpose"},
    {"DELETE", "/api/v1/own/people/{n}", 422, "/purpose"},
    {"PUT", "/api/v1/own/people/{n}/review", 422, "/purpose"},
    {"POST", "/api/v1/own/joins", 422, "/other"},
    {"POST", "/api/v1/own/partings", 422, "/other"},
};

/* What needs an agreement or a running node, on books of a node that has neither. */
static const struct row rows_alone[] = {
    {"POST", "/api/v1/requests", 400, "agreement"},
    {"POST", "/api/v1/spontaneous", 400, "agreement"},
    {"POST", "/api/v1/requests/check", 400, "agreement"},
    {"POST", "/api/v1/verification", 404, "no node runs"},
    {"GET", "/api/v1/verification", 404, "no node runs"},
};

bool reach_is_sound(const struct web_route *route, unsigned status, const char *answer)
{
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++)
        if (strcmp(rows[i].method, route->method) == 0 && strcmp(rows[i].path, route->path) == 0)
            return status == rows[i].status && strstr(answer, rows[i].words) != NULL;
    return status == route->status;
}

bool reach_is_sound_alone(const struct web_route *route, unsigned status, const char *answer)
{
    for (size_t i = 0; i < ARRAY_COUNT(rows_alone); i++)
        if (strcmp(rows_alone[i].method, route->method) == 0 &&
            strcmp(rows_alone[i].path, route->path) == 0)
            return status == rows_alone[i].status && strstr(answer, rows_alone[i].words) != NULL;
    if (route->id != NULL && strcmp(route->id, "agreement") == 0 && status == 404)
        return strstr(answer, "no agreement") != NULL;
    return reach_is_sound(route, status, answer);
}
