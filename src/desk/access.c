/*
 * Who acts and why: checked before an act, written with it. There is no act, and no reading of a person's data, without
 * officer, reason and case in the domestic log first.
 */
#include "desk/private.h"

#include "base/text.h"
#include "desk/approval.h"
#include "desk/case.h"
#include "desk/glass.h"
#include "desk/roles.h"
#include "journal/resume.h"
#include "message/refusal.h"

#include <stdio.h>
#include <time.h>

#define PSEUDONYM_SETTING "pseudonym-secret"
#define PSEUDONYM_SIZE    12

bool access_officer(struct journal *journal, struct span officer, struct arena *arena,
                    struct officer_row *out, struct error *err)
{
    if (!text_is_identifier(officer, NAME_SIZE_MAX))
        return error_set(err, ERROR_INPUT,
                         "an officer's identifier has 1 to %u of a-z, 0-9 and hyphen",
                         NAME_SIZE_MAX);
    if (!officer_find(journal->db, arena, officer, out, err))
        return error_add(err, "officer %.*s", SPAN_ARG(officer));
    return out->is_active ||
           error_set(err, ERROR_RULE, "officer %.*s is not active here", SPAN_ARG(officer));
}

/* What the partner does not read (docs/safeguards.md g2). */
static bool true_grounds_add(const struct desk_call *call, struct span *all, size_t *count)
{
    char text[32];
    bool ok = true;

    for (size_t i = 0; ok && i < REFUSAL_GROUND_COUNT; i++) {
        if ((call->access.true_grounds & UINT64_C(1) << i) == 0)
            continue;
        snprintf(text, sizeof text, "true-ground %s", refusal_ground_names[i]);
        ok = arena_copy(call->arena, span_text(text), &all[(*count)++]);
    }
    return ok;
}

/* The objects, and behind them the true grounds of a refusal and who approved: two people answer for what a second officer
 * let pass. */
static bool objects_set(const struct desk_call *call, const struct span *objects, size_t count,
                        struct act *act, struct error *err)
{
    char text[NAME_SIZE_MAX + 16];
    struct span *all = arena_array(call->arena, count + REFUSAL_GROUND_COUNT + 3, sizeof *all);
    bool ok = all != NULL;

    if (ok && count > 0)
        memcpy(all, objects, count * sizeof *all);
    ok = ok && true_grounds_add(call, all, &count);
    if (ok && call->access.approver.size > 0) {
        snprintf(text, sizeof text, "approved-by %.*s", SPAN_ARG(call->access.approver));
        ok = arena_copy(call->arena, span_text(text), &all[count++]);
    }
    if (ok && call->access.approval.size > 0)
        all[count++] = call->access.approval;
    if (ok && call->access.glass != 0)
        all[count++] = case_object("under-glass", call->access.glass, call->arena);
    return (ok && act_set_objects(act, all, count)) ||
           error_set(err, ERROR_LIMIT, "the access entry does not fit in memory");
}

bool access_fill(struct journal *journal, const struct desk_call *call, const char *act_name,
                 const struct span *objects, size_t object_count, struct act *out,
                 struct error *err)
{
    struct officer_row officer = {.unit = span_text("node")};

    *out = (struct act){.officer = call->access.officer,
                        .reason = call->access.reason,
                        .case_id = call->access.case_number,
                        .act = span_text(act_name),
                        .outcome = span_text("done")};
    if (!access_officer(journal, call->access.officer, call->arena, &officer, err)) {
        /* Only the very first officer is made by one who is not known yet. */
        if (err->kind != ERROR_MISSING || !span_is(call->access.officer, "node"))
            return false;
        error_clear(err);
    }
    out->unit = officer.unit;
    return objects_set(call, objects, object_count, out, err);
}

//= dir-2016-680 art 25(1)
bool access_write(struct journal *journal, const struct desk_call *call, const char *act_name,
                  const struct span *objects, size_t object_count, struct error *err)
{
    struct act act;

    return access_fill(journal, call, act_name, objects, object_count, &act, err) &&
           journal_access(journal, &act, err);
}

static bool secret_load(struct journal *journal, struct arena *arena, struct span *out,
                        struct error *err)
{
    uint8_t fresh[32];

    if (setting_get(journal->db, arena, PSEUDONYM_SETTING, out, err))
        return true;
    if (err->kind != ERROR_MISSING)
        return false;
    error_clear(err);
    journal->env->random(journal->env->context, fresh, sizeof fresh);
    return arena_copy(arena, span_make(fresh, sizeof fresh), out) &&
           setting_put(journal->db, PSEUDONYM_SETTING, *out, err);
}

bool access_pseudonym(struct journal *journal, const struct journal_line *line, struct span officer,
                      struct arena *arena, struct span *out, struct error *err)
{
    struct span secret;
    char month[TIME_TEXT_SIZE];
    char hex[2 * PSEUDONYM_SIZE + 1];
    char name[2 * PSEUDONYM_SIZE + 8];
    uint8_t bytes[PSEUDONYM_SIZE];
    struct buffer info CLEANUP(buffer_free) = buffer_make(512);

    if (!secret_load(journal, arena, &secret, err))
        return error_add(err, "the officer's pseudonym");
    time_write(journal->env->now_ms(journal->env->context), month);
    buffer_format(&info, "besa-pseudonym %s %.7s %.*s", line->partner, month, SPAN_ARG(officer));
    digest_hkdf(span_make(NULL, 0), secret, buffer_span(&info), bytes, sizeof bytes);
    hex_write(span_make(bytes, sizeof bytes), hex);
    snprintf(name, sizeof name, "o-%.12s", hex);
    return arena_copy(arena, span_text(name), out) || error_set(err, ERROR_LIMIT, "out of memory");
}

bool access_approver(struct journal *journal, const struct journal_line *line,
                     const struct desk_call *call, struct span *out, struct error *err)
{
    *out = span_make(NULL, 0);
    return call->access.approver.size == 0 ||
           access_pseudonym(journal, line, call->access.approver, call->arena, out, err);
}

static bool is_first_officer(const struct desk_act *act, const struct desk_call *call)
{
    return act->run == act_officer_put && span_is(call->access.officer, "node");
}

/* `node` enters officers while nobody else can: there is no active administrator. */
static bool first_check(struct journal *journal, struct error *err)
{
    int64_t count = 0;

    return officer_count_role(journal->db, span_text(role_names[ROLE_ADMINISTRATOR]), &count,
                              err) &&
           (count == 0 ||
            error_set(err, ERROR_RULE, "officer-put: there is an administrator, who does this"));
}

/* One of ours, active, in a role that may do the act. */
static bool officer_check(struct journal *journal, const struct desk_act *act,
                          const struct desk_call *call, struct error *err)
{
    struct officer_row officer;

    if (is_first_officer(act, call))
        return first_check(journal, err);
    return access_officer(journal, call->access.officer, call->arena, &officer, err) &&
           role_check(officer.role, act->name, err);
}

static bool approver_check(struct journal *journal, const struct desk_act *act,
                           const struct desk_call *call, struct error *err)
{
    struct officer_row approver;

    if (call->access.approver.size == 0)
        return true;
    if (span_equal(call->access.approver, call->access.officer))
        return error_set(err, ERROR_RULE, "%s: nobody approves their own draft", act->name);
    return access_officer(journal, call->access.approver, call->arena, &approver, err) &&
           role_check_approver(approver.role, act->name, err) &&
           approval_beside_check(journal, act, call, &approver, err);
}

/* A case that is closed to this officer: open to reads under broken glass, to nothing else. */
static bool closed_check(struct journal *journal, const struct desk_act *act,
                         struct desk_call *call, const struct case_row *row, struct error *err)
{
    if (glass_is_read(act) && glass_take(journal, call, row->number, err))
        return true;
    return err->kind == ERROR_NONE &&
           error_set(err, ERROR_RULE, "%s: this case is restricted: ask unit %.*s", act->name,
                     SPAN_ARG(row->unit));
}

/* The case that the work is done for: it stands, and is shown to this officer. */
static bool case_check(struct journal *journal, const struct desk_act *act, struct desk_call *call,
                       struct error *err)
{
    struct officer_row officer;
    struct case_row row;

    if (call->access.case_number.size == 0)
        return true;
    if (!case_read(journal->db, call->arena, call->access.case_number, &row, err))
        return error_add(err, "%s", act->name);
    if (row.erased_ms > 0)
        return error_set(err, ERROR_GONE, "%s: this case is erased", act->name);
    return is_first_officer(act, call) ||
           (access_officer(journal, call->access.officer, call->arena, &officer, err) &&
            (case_may_see(&row, &officer) || closed_check(journal, act, call, &row, err)));
}

static bool access_check(struct journal *journal, const struct desk_act *act,
                         struct desk_call *call, struct error *err)
{
    if (!officer_check(journal, act, call, err))
        return false;
    if (call->access.reason.size == 0 || call->access.reason.size > DESK_REASON_SIZE_MAX ||
        !text_is_plain(call->access.reason))
        return error_set(err, ERROR_INPUT, "%s: a reason of 1 to %d bytes is required", act->name,
                         DESK_REASON_SIZE_MAX);
    if (act->needs_case && call->access.case_number.size == 0)
        return error_set(err, ERROR_INPUT,
                         "%s: a case is required, since a person's data is read or sent",
                         act->name);
    return case_check(journal, act, call, err) && approver_check(journal, act, call, err);
}

bool access_books(const struct journal *journal, const char *what, struct error *err)
{
    for (size_t i = 0; i < journal->line_count; i++) {
        const struct journal_line *line = &journal->lines[i];
        if (journal_is_behind(line))
            return error_set(err, ERROR_CONFLICT,
                             "%s: this node was restored from an older backup; nothing of %s is "
                             "shown until it is resumed: besa resume order",
                             what, line->agreement_id);
        if (line->is_unproved)
            return error_set(err, ERROR_CONFLICT,
                             "%s: this node was restored from a backup; nothing of %s is shown "
                             "until %s has answered it: besa serve, and call its desk",
                             what, line->agreement_id, line->partner);
    }
    return true;
}

bool desk_run(struct journal *journal, const struct desk_act *act, const struct desk_call *call,
              struct json_writer *out, struct error *err)
{
    struct desk_call known = *call; /* with what the checks find of it */

    known.access.glass = 0;
    if (!access_check(journal, act, &known, err) ||
        (act->shows == SHOWS_EXCHANGED && !access_books(journal, act->name, err)))
        return false;
    return act->run(journal, &known, out, err);
}
