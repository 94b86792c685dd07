/*
 * `besa agreement`: draft, signature, countersignature, adoption, and what stands in it. A document is judged by nobody
 * before both institutions signed it; the certificates that count are those pinned at pairing.
 */
#include "agreement/signed.h"
#include "cmd/agreement_acts.h"
#include "cmd/agreement_words.h"
#include "cmd/paired.h"
#include "cmd/setup.h"
#include "cmd/zone.h"

#include "base/attributes.h"
#include "base/env.h"
#include "base/text.h"
#include "journal/version.h"
#include "message/type.h"
#include "store/governance_rows.h"

#include <inttypes.h>
#include <stdio.h>

#define DAY_MS     INT64_C(86400000)
#define CMS_ROOM   (AGREEMENT_SIZE_MAX + 64u * 1024u) /* a document with two signatures */
#define ARENA_SIZE (4 * AGREEMENT_ARENA_SIZE)
#define SHOW_SIZE  (256u * 1024u)

static int64_t now_ms(void)
{
    return env_real()->now_ms(env_real()->context);
}

/* --- draft --- */

/* A day from midnight, so that both sides read the same in words. */
static bool period_read(const char *from, const char *days, struct agreement_draft *draft,
                        struct error *err)
{
    uint64_t count = 0;

    if (from == NULL)
        draft->valid_from_ms = now_ms() / DAY_MS * DAY_MS;
    else if (!date_read(span_text(from), &draft->valid_from_ms))
        return error_set(err, ERROR_INPUT, "--valid-from: a date such as 2026-01-31");
    if (!command_number("valid-days", days, 1, 3660, 365, &count, err))
        return false;
    draft->valid_to_ms = draft->valid_from_ms + (int64_t)count * DAY_MS;
    return true;
}

/* One more than the default ones. */
static bool note_add(struct agreement *agreement, enum clause clause, const char *text,
                     struct arena *arena, struct error *err)
{
    struct agreement_note *notes = arena_array(arena, agreement->note_count + 1, sizeof *notes);
    struct span kept;

    if (notes == NULL || !arena_copy(arena, span_text(text), &kept))
        return error_set(err, ERROR_LIMIT, "drafting an agreement: out of memory");
    memcpy(notes, agreement->notes, agreement->note_count * sizeof *notes);
    notes[agreement->note_count++] =
        (struct agreement_note){span_text(agreement_clauses[clause].number), kept};
    agreement->notes = notes;
    return true;
}

/* Both parties' zone tables, so that each side sees a limit by both clocks. They count nothing where hours are counted; rest
 * days and holidays are for whoever counts days. A machine without the database drafts without them, and says so. */
static bool zones_fill(struct agreement *agreement, char version[ZONE_VERSION_SIZE],
                       struct arena *arena, struct error *err)
{
    struct agreement_calendar *calendars =
        arena_array(arena, agreement->party_count, sizeof *calendars);
    char note[160];

    if (calendars == NULL)
        return error_set(err, ERROR_LIMIT, "drafting an agreement: out of memory");
    for (size_t i = 0; i < agreement->party_count; i++) {
        const struct agreement_party *party = &agreement->parties[i];
        calendars[i].party = party->party;
        if (zone_table(party->time_zone, agreement->valid_from_ms, agreement->valid_to_ms, arena,
                       &calendars[i], err))
            continue;
        if (err->kind != ERROR_MISSING)
            return false;
        error_clear(err);
        version[0] = '\0';
        return true;
    }
    zone_version(version);
    agreement->calendars = calendars;
    agreement->calendar_count = agreement->party_count;
    snprintf(note, sizeof note,
             "The zone tables are those of tzdata %s; a later change of a state's clocks wants an "
             "amendment.",
             version);
    return note_add(agreement, CLAUSE_DEADLINES, note, arena, err);
}

/* `version`: of the time zone database, empty when it was not there. */
static bool draft_write(const struct paired *pair, struct agreement_draft *draft, const char *path,
                        char version[ZONE_VERSION_SIZE], struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(ARENA_SIZE);
    struct buffer document CLEANUP(buffer_free) = buffer_make(AGREEMENT_SIZE_MAX);
    struct problems problems = {.count = 0};
    struct agreement agreement;
    bool own_first = pairing_is_first(&pair->own, &pair->partner);

    draft->parties[0] = own_first ? &pair->own.party : &pair->partner.party;
    draft->parties[1] = own_first ? &pair->partner.party : &pair->own.party;
    memcpy(draft->psk_hash, pair->psk_hash, DIGEST_SIZE);
    if (!agreement_default(draft, &arena, &agreement, err) ||
        !zones_fill(&agreement, version, &arena, err))
        return false;
    if (!agreement_check(&agreement, &problems)) {
        problems_to_error(&problems, err);
        return error_add(err, "the draft");
    }
    return agreement_write(&agreement, &document, err) &&
           setup_write_new(path, buffer_span(&document), err);
}

static int file_show(struct options *options, const char *file, const char *next)
{
    struct buffer text CLEANUP(buffer_free) = buffer_make(2 * HOME_PATH_SIZE + 4096);
    struct json_writer out = json_writer_make(&text);

    json_begin_object(&out);
    json_string_field(&out, "file", file);
    json_string_field(&out, "next", next);
    json_end_object(&out);
    return command_show(options, buffer_span(&text));
}

static int agreement_draft(struct options *options, int argc, char **argv)
{
    struct arena arena CLEANUP(arena_free) = arena_make(ARENA_SIZE);
    const char *partner = NULL, *from = NULL, *days = NULL;
    const struct command_option own[] = {{.name = "partner", .value = &partner},
                                         {.name = "valid-from", .value = &from},
                                         {.name = "valid-days", .value = &days}};
    struct agreement_draft draft = {.valid_from_ms = 0};
    struct word_list words;
    struct paired pair;
    struct home home;
    struct error err = {0};
    char version[ZONE_VERSION_SIZE] = "";
    int exit_code = 0;

    if (!command_parse(options, argc, argv, own, ARRAY_COUNT(own), 1, 1, &words, &exit_code))
        return exit_code;
    if (!home_find(options->home, &home, &err) ||
        !paired_load(&home, span_text(partner), &arena, &pair, &err) ||
        !period_read(from, days, &draft, &err) ||
        !draft_write(&pair, &draft, words.words[0], version, &err))
        return command_fail(options, &err);
    if (version[0] == '\0')
        command_note(options, "this machine has no time zone database (package tzdata): the draft "
                              "has no zone tables, and only UTC will be shown");
    return file_show(options, words.words[0],
                     "read it (`besa agreement show FILE`), change what has to be, then sign");
}

/* --- signatures --- */

/* A signed file, or a draft. */
static bool file_look(struct span file, struct arena *arena, struct signed_agreement *out,
                      size_t *signer_count, struct error *err)
{
    struct problems problems = {.count = 0};

    *signer_count = 0;
    if (file.size > 0 && file.data[0] != '{')
        return agreement_look(file, arena, out, signer_count, err);
    struct buffer canonical CLEANUP(buffer_free) = buffer_make(AGREEMENT_SIZE_MAX);
    if (!agreement_read(file, arena, &out->agreement, &problems)) {
        problems_to_error(&problems, err);
        return error_add(err, "the draft");
    }
    if (!agreement_write(&out->agreement, &canonical, err))
        return false;
    digest_sha256(buffer_span(&canonical), out->fingerprint);
    return true;
}

/* In a training home the institution's key lies beside the node's. */
static bool key_default(const struct options *options, struct institution_files *files,
                        char key[HOME_PATH_SIZE], char certificate[HOME_PATH_SIZE],
                        struct error *err)
{
    struct home home;

    if (files->key != NULL || files->token != NULL || options->home == NULL)
        return true;
    if (!home_find(options->home, &home, err) ||
        !home_path(&home, HOME_INSTITUTION_KEY, key, err) ||
        !home_path(&home, HOME_INSTITUTION, certificate, err))
        return false;
    files->key = key;
    files->certificate = certificate;
    return true;
}

static bool sign_file(const char *from, const char *to, const struct institution_files *files,
                      sign_function *sign, struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(ARENA_SIZE);
    struct buffer in CLEANUP(buffer_free) = buffer_make(CMS_ROOM);
    struct buffer cms CLEANUP(buffer_free) = buffer_make(CMS_ROOM);
    struct institution_pem pem CLEANUP(institution_drop) = {.key = buffer_make(1)};

    if (!command_read_file(from, CMS_ROOM, &in, err) || !institution_load(files, &pem, err))
        return false;
    struct institution institution = {.key_pem = buffer_span(&pem.key),
                                      .passphrase = buffer_span(&pem.passphrase),
                                      .certificate_pem = buffer_span(&pem.certificate)};
    return sign(buffer_span(&in), &institution, now_ms(), &arena, &cms, err) &&
           setup_write_new(to, buffer_span(&cms), err);
}

int sign_command(struct options *options, int argc, char **argv, sign_function *sign,
                 const char *next)
{
    struct institution_files files = {.key = NULL};
    const char *to = NULL;
    const struct command_option own[] = {{.name = "key", .value = &files.key},
                                         {.name = "token", .value = &files.token},
                                         {.name = "cert", .value = &files.certificate},
                                         {.name = "passphrase-file", .value = &files.passphrase},
                                         {.name = "pin-file", .value = &files.passphrase},
                                         {.name = "output", .letter = 'o', .value = &to}};
    char key[HOME_PATH_SIZE], certificate[HOME_PATH_SIZE];
    struct word_list words;
    struct error err = {0};
    int exit_code = 0;

    if (!command_parse(options, argc, argv, own, ARRAY_COUNT(own), 1, 1, &words, &exit_code))
        return exit_code;
    if (to == NULL)
        return command_usage(options, "say --output FILE");
    if (!key_default(options, &files, key, certificate, &err) ||
        !sign_file(words.words[0], to, &files, sign, &err))
        return command_fail(options, &err);
    return file_show(options, to, next);
}

/* The institution's program is its node's: what it cannot speak, it does not sign. */
static bool spoken_check(struct span file, struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(ARENA_SIZE);
    struct signed_agreement looked;
    size_t signer_count = 0;

    return file_look(file, &arena, &looked, &signer_count, err) &&
           version_permits(version_software(), &looked.agreement, err);
}

static bool sign_spoken(struct span document, const struct institution *institution, int64_t at_ms,
                        struct arena *arena, struct buffer *cms, struct error *err)
{
    return spoken_check(document, err) &&
           agreement_sign(document, institution, at_ms, arena, cms, err);
}

static bool countersign_spoken(struct span once, const struct institution *institution,
                               int64_t at_ms, struct arena *arena, struct buffer *cms,
                               struct error *err)
{
    return spoken_check(once, err) &&
           agreement_countersign(once, institution, at_ms, arena, cms, err);
}

static int agreement_sign_command(struct options *options, int argc, char **argv)
{
    return sign_command(options, argc, argv, sign_spoken,
                        "give the file to your partner, who runs `besa agreement countersign`");
}

static int agreement_countersign_command(struct options *options, int argc, char **argv)
{
    return sign_command(options, argc, argv, countersign_spoken,
                        "both nodes run `besa agreement import` on it");
}

/* --- adoption --- */

/* The running node takes it, or this process when none runs: agreement_import.c. */
static int agreement_import(struct options *options, int argc, char **argv)
{
    struct buffer file CLEANUP(buffer_free) = buffer_make(CMS_ROOM);
    struct buffer text CLEANUP(buffer_free) = buffer_make(2 * CMS_ROOM);
    struct json_writer arguments = json_writer_make(&text);
    struct word_list words;
    struct error err = {0};
    int exit_code = 0;

    if (!command_parse(options, argc, argv, NULL, 0, 1, 1, &words, &exit_code))
        return exit_code;
    if (!command_read_file(words.words[0], CMS_ROOM, &file, &err))
        return command_fail(options, &err);
    json_begin_object(&arguments);
    json_base64_field(&arguments, "signed", buffer_span(&file));
    json_end_object(&arguments);
    return command_act(options, "agreement-import", buffer_span(&text), span_make(NULL, 0));
}

/* --- showing --- */

/* How what is in force here stands; a file is a proposal to its reader. */
struct standing {
    bool is_in_force;
    bool is_suspended;
    int64_t ends_ms; /* terminated with effect from then; 0: it is not */
};

static void state_write(const struct standing *standing, const struct agreement *agreement,
                        struct json_writer *out)
{
    int64_t now_ms = env_real()->now_ms(env_real()->context);
    bool is_terminated = standing->ends_ms != 0 && standing->ends_ms < agreement->valid_to_ms;
    bool has_ended = now_ms >= (is_terminated ? standing->ends_ms : agreement->valid_to_ms);

    if (!standing->is_in_force)
        json_string_field(out, "state", "a proposal: binds no one");
    else if (has_ended)
        json_string_field(out, "state", "ended");
    else
        json_string_field(out, "state",
                          standing->is_suspended ? "in force, suspended here"
                          : is_terminated        ? "in force, terminated"
                                                 : "in force");
    if (standing->is_in_force && is_terminated)
        json_time_field(out, "terminated_from", standing->ends_ms);
}

static int document_show(struct options *options, const struct signed_agreement *agreement,
                         size_t signer_count, const struct standing *standing)
{
    struct buffer text CLEANUP(buffer_free) = buffer_make(SHOW_SIZE);
    struct json_writer out = json_writer_make(&text);

    json_begin_object(&out);
    json_hex_field(&out, "fingerprint", span_make(agreement->fingerprint, DIGEST_SIZE));
    json_integer_field(&out, "signatures", (int64_t)signer_count);
    state_write(standing, &agreement->agreement, &out);
    agreement_words_write(&agreement->agreement, &out);
    json_end_object(&out);
    return command_show(options, buffer_span(&text));
}

static int show_file(struct options *options, const char *path)
{
    struct arena arena CLEANUP(arena_free) = arena_make(ARENA_SIZE);
    struct buffer file CLEANUP(buffer_free) = buffer_make(CMS_ROOM);
    struct signed_agreement agreement;
    size_t signer_count = 0;
    struct error err = {0};

    if (!command_read_file(path, CMS_ROOM, &file, &err) ||
        !file_look(buffer_span(&file), &arena, &agreement, &signer_count, &err))
        return command_fail(options, &err);
    return document_show(options, &agreement, signer_count, &(struct standing){0});
}

static bool row_find(const struct agreement_row *rows, size_t count, const char *wanted,
                     const struct agreement_row **out, struct error *err)
{
    for (size_t i = 0; i < count; i++) {
        *out = &rows[i];
        if (wanted == NULL ? count == 1 : span_is(rows[i].agreement, wanted))
            return true;
    }
    if (wanted == NULL && count > 1)
        return error_set(err, ERROR_INPUT, "name the agreement: this node has %zu", count);
    return error_set(err, ERROR_MISSING, "no such agreement is in force here");
}

/* The nearer day of the two parties' terminations. */
static bool ends_find(struct database *db, struct arena *arena, struct span agreement, int64_t *out,
                      struct error *err)
{
    struct governance_row row;

    for (int is_own = 0; is_own < 2; is_own++) {
        bool is_there = governance_newest(db, arena, agreement, is_own, MESSAGE_TERMINATION,
                                          MESSAGE_TERMINATION, &row, err);
        if (!is_there && err->kind != ERROR_MISSING)
            return false;
        error_clear(err);
        if (is_there && (*out == 0 || row.at_ms < *out))
            *out = row.at_ms;
    }
    return true;
}

/* A file, or the name of an agreement in force, or nothing: the only one. --export writes the signed file. */
static int agreement_show(struct options *options, int argc, char **argv)
{
    struct arena arena CLEANUP(arena_free) = arena_make(32u * 1024u * 1024u);
    const char *export = NULL;
    const struct command_option own[] = {{.name = "export", .value = &export}};
    struct agreement_row rows[PARTNER_COUNT_MAX];
    const struct agreement_row *row = NULL;
    struct signed_agreement agreement;
    struct standing standing = {.is_in_force = true};
    size_t count = 0, signer_count = 0;
    struct word_list words;
    struct node *node = NULL;
    struct home home;
    struct error err = {0};
    int exit_code = 0;

    if (!command_parse(options, argc, argv, own, ARRAY_COUNT(own), 0, 1, &words, &exit_code))
        return exit_code;
    const char *wanted = words.count > 0 ? words.words[0] : NULL;
    if (wanted != NULL && !text_is_identifier(span_text(wanted), NAME_SIZE_MAX))
        return show_file(options, wanted);
    bool ok = home_find(options->home, &home, &err) && node_open_reader(&home, &node, &err) &&
              agreement_list(node->db, &arena, rows, PARTNER_COUNT_MAX, &count, &err) &&
              row_find(rows, count, wanted, &row, &err) && row != NULL &&
              agreement_look(row->cms, &arena, &agreement, &signer_count, &err) &&
              ends_find(node->db, &arena, row->agreement, &standing.ends_ms, &err) &&
              (export == NULL || setup_write_new(export, row->cms, &err));
    node_close(&node);
    standing.is_suspended = ok && row->suspended_ms != 0;
    return ok ? document_show(options, &agreement, signer_count, &standing)
              : command_fail(options, &err);
}

static int suspension(struct options *options, int argc, char **argv, const char *act)
{
    struct buffer arguments CLEANUP(buffer_free) = buffer_make(4096);
    struct json_writer out = json_writer_make(&arguments);
    const char *reason = NULL;
    const struct command_option own[] = {{.name = "for", .value = &reason}};
    struct word_list words;
    int exit_code = 0;

    if (!command_parse(options, argc, argv, own, ARRAY_COUNT(own), 0, 1, &words, &exit_code))
        return exit_code;
    json_begin_object(&out);
    if (words.count > 0)
        json_string_field(&out, "agreement", words.words[0]);
    if (reason != NULL)
        json_string_field(&out, "suspension_reason", reason);
    json_end_object(&out);
    return command_act(options, act, buffer_span(&arguments), span_make(NULL, 0));
}

static int agreement_suspend_command(struct options *options, int argc, char **argv)
{
    return suspension(options, argc, argv, "agreement-suspend");
}

static int agreement_resume_command(struct options *options, int argc, char **argv)
{
    return suspension(options, argc, argv, "agreement-resume");
}

int command_agreement(struct options *options, int argc, char **argv)
{
    static const struct {
        const char *name;
        int (*run)(struct options *options, int argc, char **argv);
    } forms[] = {{"draft", agreement_draft},
                 {"sign", agreement_sign_command},
                 {"countersign", agreement_countersign_command},
                 {"import", agreement_import},
                 {"show", agreement_show},
                 {"suspend", agreement_suspend_command},
                 {"resume", agreement_resume_command},
                 {"propose", agreement_propose},
                 {"proposal", agreement_proposal},
                 {"accept", agreement_accept},
                 {"refuse", agreement_refuse},
                 {"withdraw", agreement_withdraw},
                 {"terminate", agreement_terminate},
                 {"history", agreement_history},
                 {"diff", agreement_diff},
                 {"try", agreement_try}};

    for (size_t i = 0; argc > 1 && i < ARRAY_COUNT(forms); i++)
        if (strcmp(argv[1], forms[i].name) == 0)
            return forms[i].run(options, argc - 1, argv + 1);
    if (argc > 1 && strcmp(argv[1], "--help") == 0) {
        command_help(options);
        return 0;
    }
    return command_usage(options, "say one of the forms of `besa agreement --help`");
}
