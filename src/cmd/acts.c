/* The officer's commands: each makes the arguments of one act of the desk from words, and shows what comes back. */
#include "cmd/command.h"
#include "cmd/session.h"
#include "cmd/setup.h"

#include "base/json.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#define ARGUMENTS_SIZE_MAX 65536u

/* A command without any own option, whose words become text fields in this order. */
struct plain {
    const char *act;
    const char *fields[2];
    size_t field_count;
    const char *what; /* long work, shown with progress; NULL: none */
};

static int plain_run(struct options *options, int argc, char **argv, const struct plain *plain)
{
    struct buffer text CLEANUP(buffer_free) = buffer_make(ARGUMENTS_SIZE_MAX);
    struct json_writer arguments = json_writer_make(&text);
    struct word_list words;
    int exit_code;

    if (!command_parse(options, argc, argv, NULL, 0, plain->field_count, plain->field_count, &words,
                       &exit_code))
        return exit_code;
    json_begin_object(&arguments);
    for (size_t i = 0; i < words.count; i++)
        json_string_field(&arguments, plain->fields[i], words.words[i]);
    json_end_object(&arguments);
    return command_act_long(options, plain->act, plain->what, buffer_span(&text));
}

int command_show_item(struct options *options, int argc, char **argv)
{
    static const struct plain plain = {"item-show", {"item"}, 1, NULL};
    return plain_run(options, argc, argv, &plain);
}

int command_alarms(struct options *options, int argc, char **argv)
{
    return command_list(options, argc, argv, "alarm-list");
}

int command_assign(struct options *options, int argc, char **argv)
{
    static const struct plain plain = {"assign", {"item", "unit"}, 2, NULL};
    return plain_run(options, argc, argv, &plain);
}

int command_withdraw(struct options *options, int argc, char **argv)
{
    static const struct plain plain = {"item-withdraw", {"item"}, 1, NULL};
    return plain_run(options, argc, argv, &plain);
}

int command_rebuild(struct options *options, int argc, char **argv)
{
    static const struct plain plain = {"rebuild", {NULL}, 0, "rebuilding the tables"};
    return plain_run(options, argc, argv, &plain);
}

int command_held(struct options *options, int argc, char **argv)
{
    struct word_list words;
    int exit_code;

    if (argc < 2 || strcmp(argv[1], "retry") != 0)
        return command_list(options, argc, argv, "held-list");
    if (!command_parse(options, argc, argv, NULL, 0, 1, 1, &words, &exit_code))
        return exit_code;
    if (strcmp(words.words[0], "retry") != 0)
        return command_usage(options, "nothing, or retry, is wanted");
    return command_act(options, "held-retry", span_text("{}"), span_make(NULL, 0));
}

int command_status(struct options *options, int argc, char **argv)
{
    static const struct plain plain = {"status", {NULL}, 0, NULL};
    return plain_run(options, argc, argv, &plain);
}

/* --- lists --- */

int command_list(struct options *options, int argc, char **argv, const char *act)
{
    struct buffer text CLEANUP(buffer_free) = buffer_make(ARGUMENTS_SIZE_MAX);
    struct json_writer arguments = json_writer_make(&text);
    const char *limit = NULL;
    const char *after = NULL;
    const struct command_option own[] = {{.name = "limit", .letter = 'n', .value = &limit},
                                         {.name = "after", .letter = 'a', .value = &after}};
    struct word_list words;
    struct error err = {0};
    uint64_t number = 0;
    int exit_code;

    if (!command_parse(options, argc, argv, own, ARRAY_COUNT(own), 0, 0, &words, &exit_code))
        return exit_code;
    if (!command_number("limit", limit, 1, 200, 0, &number, &err))
        return command_usage(options, "%s", err.text);
    json_begin_object(&arguments);
    if (number > 0)
        json_integer_field(&arguments, "limit", (int64_t)number);
    if (after != NULL)
        json_string_field(&arguments, "after", after);
    json_end_object(&arguments);
    return command_act(options, act, buffer_span(&text), span_make(NULL, 0));
}

/* What of the queue is wanted; options that are not given are left out. */
struct queue_options {
    const char *state, *partner, *agreement, *unit, *limit, *after;
    bool urgent, not_urgent, training, not_training, unassigned;
};

static void given_text(struct json_writer *arguments, const char *name, const char *value)
{
    if (value != NULL)
        json_string_field(arguments, name, value);
}

static void given_wish(struct json_writer *arguments, const char *name, bool yes, bool no)
{
    if (yes || no)
        json_boolean_field(arguments, name, yes);
}

static int queue_ask(struct options *options, const struct queue_options *given, const char *act)
{
    struct buffer text CLEANUP(buffer_free) = buffer_make(ARGUMENTS_SIZE_MAX);
    struct json_writer arguments = json_writer_make(&text);
    struct error err = {0};
    uint64_t number = 0;

    if ((given->urgent && given->not_urgent) || (given->training && given->not_training))
        return command_usage(options, "an option and its contrary are given");
    if (!command_number("limit", given->limit, 1, 200, 0, &number, &err))
        return command_usage(options, "%s", err.text);
    json_begin_object(&arguments);
    given_text(&arguments, "state", given->state);
    given_wish(&arguments, "urgent", given->urgent, given->not_urgent);
    given_wish(&arguments, "training", given->training, given->not_training);
    given_text(&arguments, "partner", given->partner);
    given_text(&arguments, "agreement", given->agreement);
    given_text(&arguments, "unit", given->unit);
    given_wish(&arguments, "unassigned", given->unassigned, false);
    if (number > 0)
        json_integer_field(&arguments, "limit", (int64_t)number);
    given_text(&arguments, "after", given->after);
    json_end_object(&arguments);
    return command_act(options, act, buffer_span(&text), span_make(NULL, 0));
}

/* The last two of the options are of requests to us only. */
static int queue_list(struct options *options, int argc, char **argv, bool is_own)
{
    struct queue_options given = {.state = NULL};
    const struct command_option own[] = {{.name = "state", .value = &given.state},
                                         {.name = "urgent", .flag = &given.urgent},
                                         {.name = "not-urgent", .flag = &given.not_urgent},
                                         {.name = "training", .flag = &given.training},
                                         {.name = "not-training", .flag = &given.not_training},
                                         {.name = "partner", .value = &given.partner},
                                         {.name = "agreement", .value = &given.agreement},
                                         {.name = "limit", .letter = 'n', .value = &given.limit},
                                         {.name = "after", .letter = 'a', .value = &given.after},
                                         {.name = "unit", .value = &given.unit},
                                         {.name = "unassigned", .flag = &given.unassigned}};
    struct word_list words;
    int exit_code;

    if (!command_parse(options, argc, argv, own, ARRAY_COUNT(own) - (is_own ? 2 : 0), 0, 0, &words,
                       &exit_code))
        return exit_code;
    return queue_ask(options, &given, is_own ? "sent-list" : "inbox-list");
}

int command_inbox(struct options *options, int argc, char **argv)
{
    return queue_list(options, argc, argv, false);
}

int command_sent(struct options *options, int argc, char **argv)
{
    return queue_list(options, argc, argv, true);
}

int command_copies(struct options *options, int argc, char **argv)
{
    return command_list(options, argc, argv, "copy-list");
}

/* --- messages with files --- */

/* The exact text; a carriage return is white space between JSON's tokens and becomes a space. */
static bool body_read(const char *path, struct buffer *out, struct error *err)
{
    if (!command_read_file(path, BODY_SIZE_MAX, out, err))
        return false;
    for (size_t i = 0; i < out->size; i++)
        if (out->data[i] == '\r')
            out->data[i] = ' ';
    return out->size > 0 || error_set(err, ERROR_INPUT, "%s is empty", path);
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

static bool upload(struct session *session, const char *path, const char *name,
                   struct buffer *result, struct problems *problems, struct error *err)
{
    struct buffer text CLEANUP(buffer_free) = buffer_make(ARGUMENTS_SIZE_MAX);
    struct json_writer arguments = json_writer_make(&text);
    char what[128];

    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return error_set(err, errno == ENOENT ? ERROR_MISSING : ERROR_INPUT, "%s: %s", path,
                         strerror(errno));
    json_begin_object(&arguments);
    json_string_field(&arguments, "name", name);
    json_end_object(&arguments);
    snprintf(what, sizeof what, "sealing %s", name);
    bool ok = session_ask(session, "upload", buffer_span(&text), span_make(NULL, 0), fd, what,
                          result, problems, err);
    close(fd);
    return ok || error_add(err, "%s", path);
}

/* The id in an upload's result. */
static bool upload_id(struct span result, char out[65], struct error *err)
{
    struct json *json CLEANUP(json_free) = NULL;
    struct arena arena CLEANUP(arena_free) = arena_make(4096);
    struct problems problems;
    struct json_object object;

    problems_clear(&problems);
    if (!json_parse(result, &json, err))
        return false;
    json_object_begin(&object, json_root(json), &arena, &problems);
    struct span id = json_get_text(&object, "upload", 1, 64);
    snprintf(out, 65, "%.*s", SPAN_ARG(id));
    return problems_to_error(&problems, err);
}

static bool uploads_write(struct session *session, const struct word_list *files,
                          struct json_writer *arguments, struct problems *problems,
                          struct error *err)
{
    if (files->count == 0)
        return true;
    json_key(arguments, "attachments");
    json_begin_array(arguments);
    for (size_t i = 0; i < files->count; i++) {
        struct buffer result CLEANUP(buffer_free) = buffer_make(ARGUMENTS_SIZE_MAX);
        char id[65];
        if (!upload(session, files->words[i], base_name(files->words[i]), &result, problems, err) ||
            !upload_id(buffer_span(&result), id, err))
            return false;
        json_write_text(arguments, span_text(id));
    }
    json_end_array(arguments);
    return true;
}

struct message {
    const char *act;
    const char *item;      /* NULL: none */
    const char *agreement; /* NULL: the only one */
    const char *elsewhere; /* sent over another channel already? NULL: not said */
    const char *copy_exemption;
    const char *transfer_ground; /* the agreement's proposal, confirmed; NULL: not confirmed */
    const char *body_path;
    struct word_list files;
    struct word_list true_grounds; /* of a refusal in it, for the domestic log alone */
};

/* Nothing when there are none. */
static void words_write(struct json_writer *arguments, const char *name,
                        const struct word_list *words)
{
    if (words->count == 0)
        return;
    json_key(arguments, name);
    json_begin_array(arguments);
    for (size_t i = 0; i < words->count; i++)
        json_write_text(arguments, span_text(words->words[i]));
    json_end_array(arguments);
}

static bool message_send(struct session *session, const struct message *message,
                         struct buffer *result, struct problems *problems, struct error *err)
{
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    struct buffer text CLEANUP(buffer_free) = buffer_make(ARGUMENTS_SIZE_MAX);
    struct json_writer arguments = json_writer_make(&text);

    if (!body_read(message->body_path, &body, err))
        return false;
    json_begin_object(&arguments);
    if (message->item != NULL)
        json_string_field(&arguments, "item", message->item);
    if (message->agreement != NULL)
        json_string_field(&arguments, "agreement", message->agreement);
    if (message->elsewhere != NULL)
        json_string_field(&arguments, "elsewhere", message->elsewhere);
    words_write(&arguments, "true_grounds", &message->true_grounds);
    if (message->copy_exemption != NULL)
        json_string_field(&arguments, "copy_exemption", message->copy_exemption);
    if (message->transfer_ground != NULL)
        json_string_field(&arguments, "transfer_ground", message->transfer_ground);
    if (!uploads_write(session, &message->files, &arguments, problems, err))
        return false;
    json_end_object(&arguments);
    return session_ask(session, message->act, buffer_span(&text), buffer_span(&body), -1, NULL,
                       result, problems, err);
}

static int message_run(const struct options *options, const struct message *message)
{
    struct buffer result CLEANUP(buffer_free) = buffer_make(CONTROL_REPLY_SIZE_MAX);
    struct session session;
    struct problems problems;
    struct error err = {0};

    problems_clear(&problems);
    bool ok = session_open(options, &session, &err) &&
              message_send(&session, message, &result, &problems, &err);
    session_close(&session);
    return ok ? command_show(options, buffer_span(&result))
              : command_fail_problems(options, &err, &problems);
}

int command_request(struct options *options, int argc, char **argv)
{
    struct message message = {.act = "request-send"};
    const struct command_option own[] = {
        {.name = "attach", .letter = 'a', .list = &message.files},
        {.name = "agreement", .value = &message.agreement},
        {.name = "elsewhere", .value = &message.elsewhere},
        {.name = "copy-exemption", .value = &message.copy_exemption},
        {.name = "transfer-ground", .value = &message.transfer_ground},
    };
    struct word_list words;
    int exit_code;

    if (!command_parse(options, argc, argv, own, ARRAY_COUNT(own), 1, 1, &words, &exit_code))
        return exit_code;
    message.body_path = words.words[0];
    return message_run(options, &message);
}

int command_answer(struct options *options, int argc, char **argv)
{
    struct message message = {.act = "answer-send"};
    const struct command_option own[] = {
        {.name = "attach", .letter = 'a', .list = &message.files},
        {.name = "true-ground", .list = &message.true_grounds},
        {.name = "copy-exemption", .value = &message.copy_exemption},
        {.name = "transfer-ground", .value = &message.transfer_ground},
    };
    struct word_list words;
    int exit_code;

    if (!command_parse(options, argc, argv, own, ARRAY_COUNT(own), 2, 2, &words, &exit_code))
        return exit_code;
    message.item = words.words[0];
    message.body_path = words.words[1];
    return message_run(options, &message);
}

static int spontaneous_list(struct options *options, int argc, char **argv)
{
    struct buffer text CLEANUP(buffer_free) = buffer_make(ARGUMENTS_SIZE_MAX);
    struct json_writer arguments = json_writer_make(&text);
    const char *limit = NULL;
    const char *after = NULL;
    bool is_own = false;
    const struct command_option own[] = {{.name = "own", .flag = &is_own},
                                         {.name = "limit", .letter = 'n', .value = &limit},
                                         {.name = "after", .letter = 'a', .value = &after}};
    struct word_list words;
    struct error err = {0};
    uint64_t number = 0;
    int exit_code;

    if (!command_parse(options, argc, argv, own, ARRAY_COUNT(own), 0, 0, &words, &exit_code))
        return exit_code;
    if (!command_number("limit", limit, 1, 200, 0, &number, &err))
        return command_usage(options, "%s", err.text);
    json_begin_object(&arguments);
    if (is_own)
        json_boolean_field(&arguments, "own", true);
    if (number > 0)
        json_integer_field(&arguments, "limit", (int64_t)number);
    if (after != NULL)
        json_string_field(&arguments, "after", after);
    json_end_object(&arguments);
    return command_act(options, "spontaneous-list", buffer_span(&text), span_make(NULL, 0));
}

static int spontaneous_give(struct options *options, int argc, char **argv)
{
    struct message message = {.act = "spontaneous-send"};
    const struct command_option own[] = {
        {.name = "attach", .letter = 'a', .list = &message.files},
        {.name = "agreement", .value = &message.agreement},
        {.name = "elsewhere", .value = &message.elsewhere},
        {.name = "copy-exemption", .value = &message.copy_exemption},
        {.name = "transfer-ground", .value = &message.transfer_ground},
    };
    struct word_list words;
    int exit_code;

    if (!command_parse(options, argc, argv, own, ARRAY_COUNT(own), 1, 1, &words, &exit_code))
        return exit_code;
    message.body_path = words.words[0];
    return message_run(options, &message);
}

int command_spontaneous(struct options *options, int argc, char **argv)
{
    if (argc >= 2 && strcmp(argv[1], "list") == 0)
        return spontaneous_list(options, argc - 1, argv + 1);
    if (argc >= 2 && strcmp(argv[1], "give") == 0)
        return spontaneous_give(options, argc - 1, argv + 1);
    if (argc >= 2 && strcmp(argv[1], "--help") == 0)
        return spontaneous_give(options, argc, argv);
    return command_usage(options, "give FILE.json, or list, is wanted");
}

int command_refuse(struct options *options, int argc, char **argv)
{
    struct buffer text CLEANUP(buffer_free) = buffer_make(ARGUMENTS_SIZE_MAX);
    struct json_writer arguments = json_writer_make(&text);
    struct word_list grounds = {.count = 0};
    struct word_list true_grounds = {.count = 0};
    const char *words_said = NULL;
    const char *language = NULL;
    const char *copy_exemption = NULL;
    const struct command_option own[] = {
        {.name = "ground", .letter = 'g', .list = &grounds},
        {.name = "true-ground", .list = &true_grounds},
        {.name = "text", .letter = 't', .value = &words_said},
        {.name = "language", .value = &language},
        {.name = "copy-exemption", .value = &copy_exemption},
    };
    struct word_list words;
    int exit_code;

    if (!command_parse(options, argc, argv, own, ARRAY_COUNT(own), 1, 1, &words, &exit_code))
        return exit_code;
    if (grounds.count == 0)
        return command_usage(options, "a refusal needs at least one --ground");
    json_begin_object(&arguments);
    json_string_field(&arguments, "item", words.words[0]);
    words_write(&arguments, "grounds", &grounds);
    words_write(&arguments, "true_grounds", &true_grounds);
    json_text_field_optional(&arguments, "reason_text", span_text(words_said));
    json_text_field_optional(&arguments, "language", span_text(language));
    if (copy_exemption != NULL)
        json_string_field(&arguments, "copy_exemption", copy_exemption);
    json_end_object(&arguments);
    return command_act(options, "refuse-send", buffer_span(&text), span_make(NULL, 0));
}

/* --- what is passed on --- */

/* Options that are texts of the same name. */
static void texts_write(const struct command_option *own, size_t count, struct json_writer *out)
{
    for (size_t i = 0; i < count; i++) {
        char name[32];
        if (own[i].value == NULL || *own[i].value == NULL)
            continue;
        snprintf(name, sizeof name, "%s", own[i].name);
        for (char *c = name; *c != '\0'; c++)
            *c = *c == '-' ? '_' : *c;
        json_string_field(out, name, *own[i].value);
    }
}

int command_forward(struct options *options, int argc, char **argv)
{
    struct buffer text CLEANUP(buffer_free) = buffer_make(ARGUMENTS_SIZE_MAX);
    struct json_writer arguments = json_writer_make(&text);
    const char *use = NULL, *consent = NULL, *third_consent = NULL;
    const struct command_option own[] = {{.name = "use", .value = &use},
                                         {.name = "consent", .value = &consent},
                                         {.name = "third-consent", .value = &third_consent}};
    struct word_list words;
    int exit_code;

    if (!command_parse(options, argc, argv, own, ARRAY_COUNT(own), 2, 2, &words, &exit_code))
        return exit_code;
    json_begin_object(&arguments);
    json_string_field(&arguments, "item", words.words[0]);
    json_string_field(&arguments, "authority", words.words[1]);
    texts_write(own, ARRAY_COUNT(own), &arguments);
    json_end_object(&arguments);
    return command_act(options, "item-forward", buffer_span(&text), span_make(NULL, 0));
}

int command_export(struct options *options, int argc, char **argv)
{
    struct buffer text CLEANUP(buffer_free) = buffer_make(ARGUMENTS_SIZE_MAX);
    struct json_writer arguments = json_writer_make(&text);
    const char *kind = NULL, *reference = NULL, *ground = NULL, *instrument = NULL, *article = NULL;
    const char *reason = NULL, *consent = NULL, *third_consent = NULL;
    bool is_within_union = false, has_no_death_penalty = false;
    const struct command_option own[] = {
        {.name = "recipient-kind", .value = &kind},
        {.name = "reference", .value = &reference},
        {.name = "ground", .value = &ground},
        {.name = "instrument", .value = &instrument},
        {.name = "article", .value = &article},
        {.name = "ground-reason", .value = &reason},
        {.name = "consent", .value = &consent},
        {.name = "third-consent", .value = &third_consent},
        {.name = "within-union", .flag = &is_within_union},
        {.name = "no-death-penalty", .flag = &has_no_death_penalty},
    };
    struct word_list words;
    int exit_code;

    if (!command_parse(options, argc, argv, own, ARRAY_COUNT(own), 3, 3, &words, &exit_code))
        return exit_code;
    json_begin_object(&arguments);
    json_string_field(&arguments, "item", words.words[0]);
    json_string_field(&arguments, "channel", words.words[1]);
    json_string_field(&arguments, "recipient", words.words[2]);
    texts_write(own, ARRAY_COUNT(own), &arguments);
    json_boolean_field(&arguments, "within_union", is_within_union);
    json_boolean_field(&arguments, "no_death_penalty", has_no_death_penalty);
    json_end_object(&arguments);
    return command_act(options, "item-export", buffer_span(&text), span_make(NULL, 0));
}

int command_erase(struct options *options, int argc, char **argv)
{
    struct buffer text CLEANUP(buffer_free) = buffer_make(ARGUMENTS_SIZE_MAX);
    struct json_writer arguments = json_writer_make(&text);
    const char *part = NULL;
    const char *why = NULL;
    const struct command_option own[] = {
        {.name = "part", .letter = 'p', .value = &part},
        {.name = "why", .letter = 'w', .value = &why},
    };
    struct word_list words;
    struct error err = {0};
    uint64_t number = 0;
    int exit_code;

    if (!command_parse(options, argc, argv, own, ARRAY_COUNT(own), 1, 1, &words, &exit_code))
        return exit_code;
    if (!command_number("part", part, 1, UINT16_MAX, 0, &number, &err))
        return command_usage(options, "%s", err.text);
    if (why == NULL)
        return command_usage(options, "say --why it is erased");
    json_begin_object(&arguments);
    json_string_field(&arguments, "item", words.words[0]);
    if (number > 0)
        json_integer_field(&arguments, "part", (int64_t)number);
    json_string_field(&arguments, "erase_reason", why);
    json_end_object(&arguments);
    return command_act(options, "item-erase", buffer_span(&text), span_make(NULL, 0));
}

/* --- attachments --- */

static int attach_upload(const struct options *options, const char *path, const char *name)
{
    struct buffer result CLEANUP(buffer_free) = buffer_make(ARGUMENTS_SIZE_MAX);
    struct session session;
    struct problems problems;
    struct error err = {0};

    problems_clear(&problems);
    bool ok =
        session_open(options, &session, &err) &&
        upload(&session, path, name == NULL ? base_name(path) : name, &result, &problems, &err);
    session_close(&session);
    return ok ? command_show(options, buffer_span(&result))
              : command_fail_problems(options, &err, &problems);
}

static bool attach_fetch(struct session *session, const char *item, uint64_t part, int fd,
                         struct buffer *result, struct problems *problems, struct error *err)
{
    struct buffer text CLEANUP(buffer_free) = buffer_make(ARGUMENTS_SIZE_MAX);
    struct json_writer arguments = json_writer_make(&text);

    json_begin_object(&arguments);
    json_string_field(&arguments, "item", item);
    json_integer_field(&arguments, "part", (int64_t)part);
    json_end_object(&arguments);
    return session_ask(session, "attachment-get", buffer_span(&text), span_make(NULL, 0), fd,
                       "opening", result, problems, err);
}

/* The file stands only when all of it is there. */
static int attach_get(const struct options *options, const char *item, const char *part_text,
                      const char *path)
{
    struct buffer result CLEANUP(buffer_free) = buffer_make(ARGUMENTS_SIZE_MAX);
    struct session session;
    struct problems problems;
    struct error err = {0};
    uint64_t part = 0;

    problems_clear(&problems);
    if (!number_read(span_text(part_text), &part) || part < 1 || part > UINT16_MAX)
        return command_usage(options, "PART: a number of 1 to 65535 is wanted");
    if (!session_open(options, &session, &err)) {
        session_close(&session);
        return command_fail(options, &err);
    }
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    bool ok = fd >= 0 || error_set(&err, errno == EEXIST ? ERROR_CONFLICT : ERROR_STORE, "%s: %s",
                                   path, strerror(errno));
    ok = ok && attach_fetch(&session, item, part, fd, &result, &problems, &err);
    if (fd >= 0 && close(fd) != 0 && ok)
        ok = error_set(&err, ERROR_STORE, "%s: %s", path, strerror(errno));
    if (fd >= 0 && !ok)
        unlink(path);
    session_close(&session);
    return ok ? command_show(options, buffer_span(&result))
              : command_fail_problems(options, &err, &problems);
}

int command_attach(struct options *options, int argc, char **argv)
{
    const char *name = NULL;
    const struct command_option own[] = {{.name = "name", .value = &name}};
    struct word_list words;
    int exit_code;

    if (!command_parse(options, argc, argv, own, ARRAY_COUNT(own), 2, 4, &words, &exit_code))
        return exit_code;
    if (strcmp(words.words[0], "upload") == 0 && words.count == 2)
        return attach_upload(options, words.words[1], name);
    if (strcmp(words.words[0], "get") == 0 && words.count == 4 && name == NULL)
        return attach_get(options, words.words[1], words.words[2], words.words[3]);
    return command_usage(options, "upload FILE, or get ITEM PART OUT, is wanted");
}
