/*
 * One-time passwords: an officer who has none, or has lost it, gets one in two halves. The administrator asks and holds the
 * first, a second officer confirms and holds the second; only both together open a session, and that session can do
 * nothing but set a password of the officer's own. So neither of the two can act as the third. Until it is confirmed
 * nothing changes.
 *
 * A half is 80 random bits, so its plain SHA-256 stands for it: no slow hash is needed for what nobody can guess.
 */
#include "desk/password.h"

#include "base/text.h"
#include "crypto/secret.h"
#include "desk/approval.h"
#include "desk/login.h"
#include "desk/private.h"
#include "store/session_rows.h"

#include <stdio.h>

#define HALF_LETTERS 16u                 /* of 5 bits each */
#define HALF_SIZE    (HALF_LETTERS + 4u) /* in groups of four, with NUL */
#define MARK         "once:"

/* No l, o, i, u: these are read aloud and typed. */
static const char letters[] = "0123456789abcdefghjkmnpqrstvwxyz";

bool one_time_is(struct span secret)
{
    return span_starts_with(secret, MARK);
}

static void half_digest(const char plain[HALF_LETTERS], char hex[2 * DIGEST_SIZE + 1])
{
    uint8_t digest[DIGEST_SIZE];

    digest_sha256(span_make(plain, HALF_LETTERS), digest);
    hex_write(span_make(digest, sizeof digest), hex);
}

/* Both halves typed after each other; what only groups them is passed over. */
static bool halves_read(struct span password, char out[2 * HALF_LETTERS])
{
    size_t count = 0;

    for (size_t i = 0; i < password.size; i++) {
        uint8_t c = password.data[i];
        if (c == '-' || c == ' ')
            continue;
        if (c >= 'A' && c <= 'Z')
            c = (uint8_t)(c + ('a' - 'A'));
        if (count == (size_t)2 * HALF_LETTERS || c == 0 || strchr(letters, c) == NULL)
            return false;
        out[count++] = (char)c;
    }
    return count == (size_t)2 * HALF_LETTERS;
}

bool one_time_verify(struct span secret, struct span password)
{
    char plain[2 * HALF_LETTERS];
    uint8_t wanted[2][DIGEST_SIZE];
    uint8_t found[2][DIGEST_SIZE];
    struct span hex = span_part(secret, strlen(MARK), secret.size);

    if (!one_time_is(secret) || !hex_read(hex, wanted[0], sizeof wanted) ||
        !halves_read(password, plain))
        return false;
    digest_sha256(span_make(plain, HALF_LETTERS), found[0]);
    digest_sha256(span_make(plain + HALF_LETTERS, HALF_LETTERS), found[1]);
    secret_wipe(plain, sizeof plain);
    return digest_is_equal(wanted[0], found[0]) & digest_is_equal(wanted[1], found[1]);
}

/* A fresh half as it is told, and its digest. */
static void half_make(const struct journal *journal, char told[HALF_SIZE],
                      char hex[2 * DIGEST_SIZE + 1])
{
    uint8_t random[HALF_LETTERS];
    char plain[HALF_LETTERS];
    size_t at = 0;

    journal->env->random(journal->env->context, random, sizeof random);
    for (size_t i = 0; i < HALF_LETTERS; i++) {
        plain[i] = letters[random[i] % 32];
        if (i > 0 && i % 4 == 0)
            told[at++] = '-';
        told[at++] = plain[i];
    }
    told[at] = '\0';
    half_digest(plain, hex);
    secret_wipe(random, sizeof random);
    secret_wipe(plain, sizeof plain);
}

/* A half stands in no answer that is kept: whoever reads the database would hold it. */
static void told_once(const struct desk_call *call)
{
    if (call->is_told_once != NULL)
        *call->is_told_once = true;
}

/* Without a second officer: the first half, and a draft that waits for one. */
static bool password_ask(struct journal *journal, const struct desk_call *call, struct span id,
                         struct json_writer *out, struct error *err)
{
    struct buffer arguments CLEANUP(buffer_free) = buffer_make(512);
    struct json_writer writer = json_writer_make(&arguments);
    struct approval_row row;
    char told[HALF_SIZE];
    char hex[2 * DIGEST_SIZE + 1];

    half_make(journal, told, hex);
    json_begin_object(&writer);
    json_text_field(&writer, "id", id);
    json_string_field(&writer, "first", hex);
    json_end_object(&writer);
    if (!approval_keep(journal, call, span_text("officer-password"), buffer_span(&arguments), &row,
                       err))
        return false;
    told_once(call);
    json_begin_object(out);
    json_text_field(out, "officer", id);
    json_string_field(out, "first_half", told);
    approval_write(&row, out);
    json_end_object(out);
    secret_wipe(told, sizeof told);
    return true;
}

static bool password_put(struct journal *journal, const struct desk_call *call, struct span id,
                         const char *first_hex, const char *second_hex, struct error *err)
{
    char secret[sizeof MARK + (size_t)4 * DIGEST_SIZE];

    snprintf(secret, sizeof secret, MARK "%s%s", first_hex, second_hex);
    struct credential_row credential = {.officer = id,
                                        .kind = CREDENTIAL_PASSWORD,
                                        .secret = span_text(secret),
                                        .made_ms = journal->env->now_ms(journal->env->context),
                                        .set_by = call->access.officer,
                                        .confirmed_by = call->access.approver};
    return credential_put(journal->db, &credential, err) &&
           session_remove_officer(journal->db, id, err) &&
           access_write(journal, call, "officer-password", &id, 1, err);
}

/* With a second officer: it stands. Who confirmed a draft learns the second half; at the command line, where the second one
 * is named beside the first, both halves come together. */
static bool password_set(struct journal *journal, const struct desk_call *call, struct span id,
                         struct span first, struct json_writer *out, struct error *err)
{
    char first_told[HALF_SIZE] = "";
    char second_told[HALF_SIZE];
    char first_hex[2 * DIGEST_SIZE + 1];
    char second_hex[2 * DIGEST_SIZE + 1];
    char whole[2 * HALF_SIZE];
    bool is_draft = first.size > 0;

    snprintf(first_hex, sizeof first_hex, "%.*s", SPAN_ARG(first));
    if (!is_draft)
        half_make(journal, first_told, first_hex);
    half_make(journal, second_told, second_hex);
    if (!password_put(journal, call, id, first_hex, second_hex, err))
        return false;
    told_once(call);
    json_begin_object(out);
    json_text_field(out, "officer", id);
    snprintf(whole, sizeof whole, "%s-%s", first_told, second_told);
    json_string_field(out, is_draft ? "second_half" : "one_time_password",
                      is_draft ? second_told : whole);
    json_time_field(out, "until", journal->env->now_ms(journal->env->context) + LOGIN_ONE_TIME_MS);
    json_string_field(out, "state",
                      "good for setting a password of one's own; all sessions have ended");
    json_end_object(out);
    secret_wipe(first_told, sizeof first_told);
    secret_wipe(second_told, sizeof second_told);
    secret_wipe(whole, sizeof whole);
    return true;
}

bool act_officer_password(struct journal *journal, const struct desk_call *call,
                          struct json_writer *out, struct error *err)
{
    struct span id = json_get_text(call->arguments, "id", 1, NAME_SIZE_MAX);
    struct span first = json_get_text_optional(call->arguments, "first", (size_t)2 * DIGEST_SIZE);
    uint8_t digest[DIGEST_SIZE];
    struct officer_row row;

    if (!problems_to_error(call->problems, err))
        return false;
    if (first.size > 0 && !hex_read(first, digest, sizeof digest))
        return error_set(err, ERROR_INPUT, "first: the SHA-256 of the first half is wanted");
    if (!access_officer(journal, id, call->arena, &row, err))
        return false;
    if (call->is_trial)
        return error_set(err, ERROR_RULE, "officer-password asks its second officer by itself");
    if (call->access.approver.size == 0)
        return password_ask(journal, call, id, out, err);
    if (span_equal(call->access.approver, id))
        return error_set(err, ERROR_RULE,
                         "officer-password: nobody confirms a password for themselves");
    return password_set(journal, call, id, first, out, err);
}
