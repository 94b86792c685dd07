/*
 * The first hour: two homes, a pairing, an agreement, and everything that must be refused on the way.
 * covers: init pair paired pair_import agreement agreement_import agreement_words agreement_acts setup training
 */
#include "check.h"

#include "base/attributes.h"
#include "cmd/agreement_words.h"
#include "cmd/books.h"
#include "cmd/command.h"
#include "cmd/demo_run.h"
#include "cmd/node.h"
#include "crypto/secret.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

/* The program's own table is in main.c, which a library cannot hold. */
const struct command commands[] = {{.name = NULL}};
static const struct command trial = {.name = "trial", .usage = "", .help = "Tries."};

static char directory[] = "/tmp/besa-hour-XXXXXX";

/* DIR/name; four may be in use at once. */
static char *at(const char *name)
{
    static char paths[8][256];
    static size_t next;
    char *path = paths[next++ % 8];

    snprintf(path, 256, "%s/%s", directory, name);
    return path;
}

static const char *officer = "admin-1";
static bool is_json = true;

/* Runs a command as main does, quietly; its standard output goes to DIR/out. */
static int run(command_run *command, const char *home, char **argv)
{
    struct options options = {.command = &trial,
                              .home = home == NULL ? NULL : at(home),
                              .officer = officer,
                              .reason = "installation",
                              .is_json = is_json};
    int argc = 0;
    int away = open(at("out"), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    int out = dup(STDOUT_FILENO);
    int err = dup(STDERR_FILENO);

    while (argv[argc] != NULL)
        argc++;
    fflush(stdout);
    fflush(stderr);
    dup2(away, STDOUT_FILENO);
    dup2(away, STDERR_FILENO);
    int code = command(&options, argc, argv);
    fflush(stdout);
    fflush(stderr);
    dup2(out, STDOUT_FILENO);
    dup2(err, STDERR_FILENO);
    close(out);
    close(err);
    close(away);
    return code;
}

#define RUN(command, home, ...) run(command, home, (char *[]){(char[]){"trial"}, __VA_ARGS__, NULL})
#define W(text)                 ((char[]){text})

/* True when what the last command said holds `text`. */
static bool said(const char *text)
{
    struct buffer out CLEANUP(buffer_free) = buffer_make(1024 * 1024);
    struct error err = {0};

    bool ok = env_read_file(env_real(), at("out"), out.limit, &out, &err) &&
              memmem(out.data, out.size, text, strlen(text)) != NULL;
    if (!ok)
        printf("said: %.*s\n", SPAN_ARG(buffer_span(&out)));
    return ok;
}

static bool fingerprint_of(const char *file, char out[PAIRING_FINGERPRINT_SIZE])
{
    struct arena arena CLEANUP(arena_free) = arena_make(PAIRING_ARENA_SIZE);
    struct buffer bytes CLEANUP(buffer_free) = buffer_make(PAIRING_SIZE_MAX);
    struct problems problems = {.count = 0};
    struct pairing pairing;
    struct error err = {0};

    return env_read_file(env_real(), at(file), PAIRING_SIZE_MAX, &bytes, &err) &&
           pairing_read(buffer_span(&bytes), &arena, &pairing, &problems) &&
           pairing_fingerprint(&pairing, out, &err);
}

static int init(const char *home, char *party)
{
    return RUN(command_init, home, W("--party"), party, W("--listen"), W("127.0.0.1:8443"),
               W("--contact"), W("telephone of an exercise"), W("--training"),
               W("--make-institution"), W("Institution of an exercise"));
}

CHECK_TEST(init_refuses_what_is_not_whole)
{
    CHECK_INT(RUN(command_init, "x", W("--party"), W("ro")), EX_DATAERR);
    CHECK(said("--listen"));
    CHECK_INT(RUN(command_init, "x", W("--party"), W("ro"), W("--listen"), W("127.0.0.1:1"),
                  W("--contact"), W("c")),
              EX_DATAERR);
    CHECK(said("--institution-key"));
    CHECK_INT(RUN(command_init, "x", W("--party"), W("xx"), W("--listen"), W("127.0.0.1:1"),
                  W("--contact"), W("c"), W("--training"), W("--make-institution"), W("I")),
              EX_DATAERR);
    CHECK(said("--state"));
    CHECK_INT(RUN(command_init, "x", W("--party"), W("ro"), W("--listen"), W("127.0.0.1:0"),
                  W("--contact"), W("c"), W("--training"), W("--make-institution"), W("I")),
              EX_DATAERR);
    CHECK(said("--address"));
    CHECK(!run_exists(at("x")));
}

CHECK_TEST(real_homes_get_no_institution_made_here)
{
    int code = RUN(command_init, "x", W("--party"), W("ro"), W("--listen"), W("127.0.0.1:1"),
                   W("--contact"), W("c"), W("--make-institution"), W("I"));

    CHECK(code != 0);
    CHECK(said("--training"));
    CHECK(!run_exists(at("x")));
}

CHECK_TEST(init_makes_a_home_that_only_its_owner_reads)
{
    static const char *const names[] = {"ro/besa.conf",
                                        "ro/besa.db",
                                        "ro/keeper.pass",
                                        "ro/keeper/keeper.keys",
                                        "ro/keeper/keeper.record",
                                        "ro/tls/key.pem",
                                        "ro/tls/cert.pem",
                                        "ro/institution/cert.pem",
                                        "ro/own.pairing"};
    struct stat st;

    CHECK_INT(init("ro", W("ro")), 0);
    CHECK(said("\"fingerprint\""));
    CHECK(stat(at("ro"), &st) == 0 && (st.st_mode & 0777) == 0700);
    for (size_t i = 0; i < ARRAY_COUNT(names); i++)
        CHECK(stat(at(names[i]), &st) == 0 && (st.st_mode & 0777) == 0600);
    CHECK_INT(init("al", W("al")), 0);
}

CHECK_TEST(init_leaves_an_existing_home_alone)
{
    char before[PAIRING_FINGERPRINT_SIZE], after[PAIRING_FINGERPRINT_SIZE];

    CHECK(fingerprint_of("ro/own.pairing", before));
    CHECK_INT(init("ro", W("ro")), error_exit_code(ERROR_CONFLICT));
    CHECK(fingerprint_of("ro/own.pairing", after));
    CHECK(strcmp(before, after) == 0);
}

CHECK_TEST(the_secret_half_is_in_no_pairing_file)
{
    struct stat st;

    CHECK_INT(
        RUN(command_pair, "ro", W("export"), at("ro.pairing"), W("--secret"), at("ro.secret")), 0);
    CHECK_INT(
        RUN(command_pair, "al", W("export"), at("al.pairing"), W("--secret"), at("al.secret")), 0);
    CHECK(stat(at("ro.secret"), &st) == 0 && (st.st_mode & 0777) == 0600);
    struct buffer file CLEANUP(buffer_free) = buffer_make(PAIRING_SIZE_MAX);
    struct error err = {0};
    CHECK_OK(env_read_file(env_real(), at("ro.pairing"), PAIRING_SIZE_MAX, &file, &err), err);
    CHECK(memmem(file.data, file.size, "half", 4) == NULL);
    CHECK(memmem(file.data, file.size, "PRIVATE", 7) == NULL);
    CHECK(RUN(command_pair, "ro", W("export"), at("ro.pairing")) != 0);
    CHECK(said("stands already"));
}

CHECK_TEST(a_partner_whose_fingerprint_differs_is_not_taken)
{
    CHECK_INT(RUN(command_pair, "ro", W("import"), at("al.pairing"), W("--secret"), at("al.secret"),
                  W("--fingerprint"), W("0000-0000-0000-0000-0000")),
              error_exit_code(ERROR_RULE));
    CHECK(said("not the one given"));
    CHECK(!run_exists(at("ro/partners/al.pairing")));
}

CHECK_TEST(our_own_file_is_no_partner)
{
    char fingerprint[PAIRING_FINGERPRINT_SIZE];

    CHECK(fingerprint_of("ro.pairing", fingerprint));
    CHECK(RUN(command_pair, "ro", W("import"), at("ro.pairing"), W("--secret"), at("ro.secret"),
              W("--fingerprint"), fingerprint) != 0);
    CHECK(said("our own"));
}

CHECK_TEST(a_draft_needs_a_pairing)
{
    CHECK_INT(RUN(command_agreement, "ro", W("draft"), at("early.json"), W("--partner"), W("al")),
              error_exit_code(ERROR_MISSING));
    CHECK(said("not paired"));
}

CHECK_TEST(both_sides_pin_each_other)
{
    char ro[PAIRING_FINGERPRINT_SIZE], al[PAIRING_FINGERPRINT_SIZE];
    struct buffer hashes[2] = {buffer_make(256), buffer_make(256)};
    struct error err = {0};

    CHECK(fingerprint_of("ro.pairing", ro) && fingerprint_of("al.pairing", al));
    CHECK_INT(RUN(command_pair, "ro", W("import"), at("al.pairing"), W("--secret"), at("al.secret"),
                  W("--fingerprint"), al),
              0);
    CHECK_INT(RUN(command_pair, "al", W("import"), at("ro.pairing"), W("--secret"), at("ro.secret"),
                  W("--fingerprint"), ro, W("--address"), W("127.0.0.1:9443")),
              0);
    CHECK(env_read_file(env_real(), at("ro/partners/al.psk-hash"), 256, &hashes[0], &err));
    CHECK(env_read_file(env_real(), at("al/partners/ro.psk-hash"), 256, &hashes[1], &err));
    CHECK(span_equal(buffer_span(&hashes[0]), buffer_span(&hashes[1])));
    CHECK(!run_exists(at("ro/partners/own.secret")));
    CHECK(RUN(command_pair, "ro", W("import"), at("al.pairing"), W("--secret"), at("al.secret"),
              W("--fingerprint"), al) != 0);
    CHECK(said("our own half is not here"));
    buffer_free(&hashes[0]);
    buffer_free(&hashes[1]);
}

CHECK_TEST(an_unknown_officer_pairs_nobody)
{
    struct options options = {
        .command = &trial, .home = at("ro"), .officer = "nobody", .reason = "x", .is_json = true};
    struct node *node = NULL;
    struct error err = {0};
    struct node_options node_options = {.lock_fd = -1, .keeper_fd = -1};

    CHECK_OK(home_find(options.home, &node_options.home, &err), err);
    CHECK_OK(node_open(&node_options, &node, &err), err);
    struct control_request request = {
        .act = span_text("pair-import"), .officer = span_text("nobody"), .reason = span_text("x")};
    CHECK(database_begin(node->db, DATABASE_NORMAL, &err));
    CHECK(!node_access(node, &request, "pair-import", NULL, 0, &err));
    CHECK(err.kind == ERROR_MISSING);
    database_rollback(node->db);
    node_close(&node);
}

CHECK_TEST(one_signature_makes_no_agreement)
{
    CHECK_INT(RUN(command_agreement, "ro", W("draft"), at("draft.json"), W("--partner"), W("al"),
                  W("--valid-days"), W("30")),
              0);
    CHECK_INT(RUN(command_agreement, "ro", W("sign"), at("draft.json"), W("--output"), at("once")),
              0);
    CHECK(RUN(command_agreement, "ro", W("import"), at("once")) != 0);
    CHECK(RUN(command_agreement, "ro", W("countersign"), at("once"), W("--output"), at("twice")) !=
          0);
    CHECK(said("signed already"));
    CHECK(!run_exists(at("twice")));
}

/* Clause 8.1; from there on both nodes show each limit by both clocks. */
CHECK_TEST(the_draft_holds_the_zone_tables_of_both)
{
    static const char *const wanted[] = {
        "\"calendars\":[{\"party\":",
        "{\"party\":\"al\",\"time_zone\":\"Europe/Tirane\",\"offsets\":[{",
        "{\"party\":\"ro\",\"time_zone\":\"Europe/Bucharest\",\"offsets\":[{",
        "The zone tables are those of tzdata ", "\"count\":\"elapsed\""};
    struct buffer file CLEANUP(buffer_free) = buffer_make(AGREEMENT_SIZE_MAX);
    struct error err = {0};

    if (access("/usr/share/zoneinfo/Europe/Tirane", R_OK) != 0)
        CHECK_NOT_RUN("this machine has no time zone database");
    CHECK_OK(env_read_file(env_real(), at("draft.json"), file.limit, &file, &err), err);
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
        CHECK(memmem(file.data, file.size, wanted[i], strlen(wanted[i])) != NULL);
        if (memmem(file.data, file.size, wanted[i], strlen(wanted[i])) == NULL)
            printf("%s\n", wanted[i]);
    }
}

CHECK_TEST(what_this_program_cannot_speak_it_does_not_sign)
{
    struct buffer file CLEANUP(buffer_free) = buffer_make(AGREEMENT_SIZE_MAX);
    struct error err = {0};

    CHECK_OK(env_read_file(env_real(), at("draft.json"), file.limit, &file, &err), err);
    uint8_t *least = memmem(file.data, file.size, "\"minimum_protocol\":1", 20);
    CHECK_OR_RETURN(least != NULL);
    least[19] = '9';
    CHECK(env_write_file(env_real(), at("ninth.json"), buffer_span(&file), &err));
    CHECK_INT(RUN(command_agreement, "ro", W("sign"), at("ninth.json"), W("--output"), at("ninth")),
              error_exit_code(ERROR_RULE));
    CHECK(said("it demands at least protocol 9"));
    CHECK(!run_exists(at("ninth")));
}

CHECK_TEST(two_signatures_do)
{
    CHECK_INT(RUN(command_agreement, "al", W("countersign"), at("once"), W("--output"), at("both")),
              0);
    CHECK_INT(RUN(command_agreement, "ro", W("import"), at("both")), 0);
    CHECK(said("in force here"));
    CHECK_INT(RUN(command_agreement, "al", W("import"), at("both")), 0);
    CHECK_INT(RUN(command_agreement, "al", W("import"), at("both")),
              error_exit_code(ERROR_CONFLICT));
}

CHECK_TEST(a_changed_agreement_is_refused)
{
    struct buffer file CLEANUP(buffer_free) = buffer_make(1024 * 1024);
    struct error err = {0};

    CHECK_OK(env_read_file(env_real(), at("both"), file.limit, &file, &err), err);
    file.data[file.size / 3] ^= 1;
    CHECK(env_write_file(env_real(), at("changed"), buffer_span(&file), &err));
    CHECK(RUN(command_agreement, "ro", W("import"), at("changed")) != 0);
}

CHECK_TEST(the_agreement_is_shown_in_words)
{
    CHECK_INT(RUN(command_agreement, "ro", W("show")), 0);
    CHECK(said("\"state\":\"in force\""));
    CHECK(said("for training: fictional data only"));
    CHECK(said("Romania (ro, member of the Union"));
    CHECK(said("urgent and directly at hand 8 hours"));
    CHECK_INT(RUN(command_agreement, "ro", W("show"), at("draft.json")), 0);
    CHECK(said("a proposal: binds no one"));
    CHECK_INT(RUN(command_agreement, "ro", W("show"), W("--export"), at("exported")), 0);
    struct buffer both CLEANUP(buffer_free) = buffer_make(1024 * 1024);
    struct buffer exported CLEANUP(buffer_free) = buffer_make(1024 * 1024);
    struct error err = {0};
    CHECK_OK(env_read_file(env_real(), at("both"), both.limit, &both, &err), err);
    CHECK_OK(env_read_file(env_real(), at("exported"), both.limit, &exported, &err), err);
    CHECK(span_equal(buffer_span(&both), buffer_span(&exported)));
}

/* Both the line of the configuration and the node's own file changed: what both institutions signed still says it. */
CHECK_TEST(a_node_of_an_exercise_never_becomes_another)
{
    struct arena arena CLEANUP(arena_free) = arena_make(PAIRING_ARENA_SIZE);
    struct buffer before CLEANUP(buffer_free) = buffer_make(PAIRING_SIZE_MAX);
    struct buffer after CLEANUP(buffer_free) = buffer_make(PAIRING_SIZE_MAX);
    struct home home;
    struct config config;
    struct pairing own;
    struct error err = {0};

    CHECK(home_find(at("ro"), &home, &err) && home_config_load(&home, &config, &err));
    config.is_training = false;
    CHECK_OK(home_config_save(&home, &config, &err), err);
    CHECK_INT(RUN(command_officer, "ro", W("list")), error_exit_code(ERROR_RULE));
    CHECK(said("besa.conf says training = no, but this node was made with training = yes"));
    CHECK(books_own_pairing(env_real(), home.path, &arena, &own, &err));
    CHECK(pairing_write(&own, &before));
    own.is_training = false;
    CHECK(pairing_write(&own, &after));
    CHECK(env_write_file(env_real(), at("ro/own.pairing"), buffer_span(&after), &err));
    CHECK_INT(RUN(command_officer, "ro", W("list")), error_exit_code(ERROR_RULE));
    CHECK(said("agreement ro-al is for training, besa.conf says training = no"));
    config.is_training = true;
    CHECK(env_write_file(env_real(), at("ro/own.pairing"), buffer_span(&before), &err));
    CHECK_OK(home_config_save(&home, &config, &err), err);
    CHECK_INT(RUN(command_officer, "ro", W("list")), 0);
}

CHECK_TEST(what_a_training_node_shows_to_people_begins_with_the_word)
{
    is_json = false;
    CHECK_INT(RUN(command_officer, "ro", W("list")), 0);
    CHECK(said("TRAINING. Nothing here is real.\n"));
    CHECK_INT(RUN(command_agreement, "ro", W("show")), 0);
    CHECK(said("TRAINING. Nothing here is real.\n"));
    is_json = true;
    CHECK_INT(RUN(command_officer, "ro", W("list")), 0);
    CHECK(!said("TRAINING"));
}

CHECK_TEST(every_clause_has_words)
{
    struct arena arena CLEANUP(arena_free) = arena_make(4 * AGREEMENT_ARENA_SIZE);
    struct buffer file CLEANUP(buffer_free) = buffer_make(AGREEMENT_SIZE_MAX);
    struct problems problems = {.count = 0};
    struct agreement agreement;
    struct error err = {0};

    CHECK_OK(env_read_file(env_real(), at("draft.json"), file.limit, &file, &err), err);
    CHECK_OR_RETURN(agreement_read(buffer_span(&file), &arena, &agreement, &problems));
    for (size_t i = 0; i < CLAUSE_COUNT; i++) {
        struct buffer words CLEANUP(buffer_free) = buffer_make(65536);
        CHECK(agreement_words(&agreement, (enum clause)i, &words));
        CHECK(words.size > 3);
    }
}

CHECK_TEST(suspension_is_ours_alone)
{
    /* Who keeps the officers does not stop the exchange. */
    CHECK_INT(RUN(command_agreement, "ro", W("suspend")), EX_NOPERM);
    CHECK_INT(
        RUN(command_officer, "ro", W("put"), W("head-1"), W("Test"), W("desk"), W("head_of_desk")),
        0);
    officer = "head-1";
    CHECK_INT(RUN(command_agreement, "ro", W("suspend")), 0);
    CHECK_INT(RUN(command_agreement, "ro", W("show")), 0);
    CHECK(said("in force, suspended here"));
    CHECK_INT(RUN(command_agreement, "ro", W("resume"), W("ro-al")), 0);
    CHECK_INT(RUN(command_agreement, "ro", W("show")), 0);
    CHECK(said("\"state\":\"in force\""));
    officer = "admin-1";
}

CHECK_TEST(a_next_version_is_compared_proposed_and_taken_back)
{
    struct buffer file CLEANUP(buffer_free) = buffer_make(AGREEMENT_SIZE_MAX);
    struct error err = {0};

    CHECK_OK(env_read_file(env_real(), at("draft.json"), file.limit, &file, &err), err);
    uint8_t *version = memmem(file.data, file.size, "\"version\":1", 11);
    CHECK_OR_RETURN(version != NULL);
    version[10] = '2';
    CHECK(env_write_file(env_real(), at("second.json"), buffer_span(&file), &err));
    CHECK_INT(RUN(command_agreement, "ro", W("diff"), at("draft.json"), at("second.json")), 0);
    CHECK(said("version 2 instead of 1"));
    CHECK_INT(RUN(command_agreement, "ro", W("sign"), at("second.json"), W("--output"),
                  at("second.once")),
              0);
    CHECK_INT(RUN(command_agreement, "ro", W("propose"), at("second.once")), EX_NOPERM);
    officer = "head-1";
    CHECK_INT(RUN(command_agreement, "ro", W("propose"), at("second.once")), 0);
    CHECK(said("binds no one"));
    CHECK_INT(
        RUN(command_agreement, "ro", W("proposal"), W("--own"), W("--export"), at("second.own")),
        0);
    CHECK(RUN(command_agreement, "ro", W("propose"), at("second.once")) != 0);
    CHECK(said("is open"));
    CHECK_INT(RUN(command_agreement, "ro", W("diff"), at("second.json")), 0);
    CHECK(said("erased sooner"));
    CHECK_INT(RUN(command_agreement, "ro", W("withdraw")), 0);
    CHECK_INT(RUN(command_agreement, "ro", W("history")), 0);
    CHECK(said("agreement_withdrawal"));
    CHECK_INT(RUN(command_agreement, "ro", W("accept"), at("second.once")),
              error_exit_code(ERROR_MISSING));
    CHECK_INT(RUN(command_agreement, "ro", W("refuse"), W("--for"), W("law")),
              error_exit_code(ERROR_MISSING));
    CHECK(RUN(command_agreement, "ro", W("terminate"), W("soon")) != 0);
    CHECK(RUN(command_agreement, "ro", W("try"), at("second.json")) != 0);
    officer = "admin-1";
}

CHECK_TEST(the_books_of_a_new_home_verify)
{
    CHECK_INT(RUN(command_verify, "ro", W("--help")), 0);
    CHECK_INT(RUN(command_verify, "ro", W("--json")), 0);
    CHECK(said("\"clean\":true"));
    CHECK(said("\"agreements\":1"));
    CHECK_INT(RUN(command_log, "ro", W("list")), 0);
    CHECK(said("ro/domestic/0"));
    CHECK(said("al/ro-al/to/ro/0"));
    CHECK_INT(RUN(command_log, "ro", W("vkey"), W("ro/domestic/0")), 0);
    CHECK(said("ro/domestic/0+"));
    CHECK_INT(RUN(command_log, "ro", W("vkey"), W("xx/domestic/0")),
              error_exit_code(ERROR_MISSING));
}

int main(void)
{
    struct error err = {0};

    crypto_start();
    if (mkdtemp(directory) == NULL)
        return 1;
    CHECK_RUN(init_refuses_what_is_not_whole);
    CHECK_RUN(real_homes_get_no_institution_made_here);
    CHECK_RUN(init_makes_a_home_that_only_its_owner_reads);
    CHECK_RUN(init_leaves_an_existing_home_alone);
    CHECK_RUN(the_secret_half_is_in_no_pairing_file);
    CHECK_RUN(a_partner_whose_fingerprint_differs_is_not_taken);
    CHECK_RUN(our_own_file_is_no_partner);
    CHECK_RUN(a_draft_needs_a_pairing);
    CHECK_RUN(both_sides_pin_each_other);
    CHECK_RUN(an_unknown_officer_pairs_nobody);
    CHECK_RUN(one_signature_makes_no_agreement);
    CHECK_RUN(the_draft_holds_the_zone_tables_of_both);
    CHECK_RUN(what_this_program_cannot_speak_it_does_not_sign);
    CHECK_RUN(two_signatures_do);
    CHECK_RUN(a_changed_agreement_is_refused);
    CHECK_RUN(the_agreement_is_shown_in_words);
    CHECK_RUN(a_node_of_an_exercise_never_becomes_another);
    CHECK_RUN(what_a_training_node_shows_to_people_begins_with_the_word);
    CHECK_RUN(every_clause_has_words);
    CHECK_RUN(suspension_is_ours_alone);
    CHECK_RUN(a_next_version_is_compared_proposed_and_taken_back);
    CHECK_RUN(the_books_of_a_new_home_verify);
    run_remove(directory, &err);
    return check_end();
}
