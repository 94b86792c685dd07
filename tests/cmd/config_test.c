/*
 * The configuration and the home: see cmd/home.h.
 * covers: home config
 */
#include "check.h"

#include "cmd/home.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static const char valid[] = "# a node\n"
                            "party = ro\n"
                            "listen = 127.0.0.1:8443\n"
                            "\n"
                            "tls_name = ro.besa.invalid\n"
                            "training=yes\n"
                            "database = postgres:host=/run/postgresql\n"
                            "partner.al.address = [::1]:9443\n";

static bool reads(const char *text, struct config *out, struct error *err)
{
    error_clear(err);
    return config_read(span_text(text), out, err);
}

CHECK_TEST(a_whole_configuration_is_read)
{
    struct config config;
    struct error err = {0};

    CHECK_OK(reads(valid, &config, &err), err);
    CHECK(strcmp(config.party, "ro") == 0);
    CHECK(strcmp(config.listen, "127.0.0.1:8443") == 0);
    CHECK(strcmp(config.tls_name, "ro.besa.invalid") == 0);
    CHECK(config.is_training);
    CHECK(strcmp(config.database, "postgres:host=/run/postgresql") == 0);
    CHECK_INT(config.partner_count, 1);
    CHECK(config_partner_find(&config, span_text("al")) != NULL);
    CHECK(config_partner_find(&config, span_text("ro")) == NULL);
    CHECK(strcmp(config_partner_find(&config, span_text("al"))->address, "[::1]:9443") == 0);
}

CHECK_TEST(what_is_written_is_read_again)
{
    struct buffer text CLEANUP(buffer_free) = buffer_make(CONF_SIZE_MAX);
    struct buffer second CLEANUP(buffer_free) = buffer_make(CONF_SIZE_MAX);
    struct config config;
    struct config again;
    struct error err = {0};

    CHECK_OK(reads(valid, &config, &err), err);
    CHECK(config_write(&config, &text));
    CHECK_OK(config_read(buffer_span(&text), &again, &err), err);
    CHECK(config_write(&again, &second));
    CHECK(text.size > 100 && span_equal(buffer_span(&text), buffer_span(&second)));
    CHECK(again.is_training && strcmp(again.database, config.database) == 0);
    CHECK(strcmp(again.partners[0].address, config.partners[0].address) == 0);
}

CHECK_TEST(who_opens_the_connection_is_said_for_the_node_and_for_each_partner)
{
    struct buffer text CLEANUP(buffer_free) = buffer_make(CONF_SIZE_MAX);
    struct config config;
    struct config again;
    struct error err = {0};
    static const char said[] = "party = ro\nlisten = 127.0.0.1:8443\ntls_name = ro.besa.invalid\n"
                               "training = yes\nreachable = no\npartner.al.connect = pull\n"
                               "partner.gr.connect = call\npartner.gr.address = 127.0.0.1:1\n";

    CHECK_OK(reads(valid, &config, &err), err);
    CHECK(!config.is_unreachable && config.partners[0].connect == CONNECT_AUTO);
    CHECK_OK(reads(said, &config, &err), err);
    CHECK(config.is_unreachable);
    CHECK_INT(config.partner_count, 2);
    CHECK(config_partner_find(&config, span_text("al"))->connect == CONNECT_PULL);
    CHECK(config_partner_find(&config, span_text("al"))->address[0] == '\0');
    CHECK(config_partner_find(&config, span_text("gr"))->connect == CONNECT_CALL);
    CHECK(config_write(&config, &text));
    CHECK_OK(config_read(buffer_span(&text), &again, &err), err);
    CHECK(again.is_unreachable && again.partners[0].connect == CONNECT_PULL &&
          again.partners[1].connect == CONNECT_CALL);
}

CHECK_TEST(what_the_tokens_module_may_open_is_said_and_kept)
{
    struct buffer text CLEANUP(buffer_free) = buffer_make(CONF_SIZE_MAX);
    struct config config;
    struct config again;
    struct error err = {0};
    static const char said[] = "party = ro\nlisten = 127.0.0.1:8443\ntls_name = ro.besa.invalid\n"
                               "training = yes\nkeeper_key_files = /var/lib/card:/dev/bus/usb\n";

    CHECK_OK(reads(said, &config, &err), err);
    CHECK(config_write(&config, &text));
    CHECK_OK(config_read(buffer_span(&text), &again, &err), err);
    CHECK(strcmp(again.keeper_key_files, "/var/lib/card:/dev/bus/usb") == 0);
}

CHECK_TEST(an_error_names_line_and_key)
{
    static const struct {
        const char *text;
        enum error_kind kind;
        const char *said;
    } cases[] = {
        {"party = ro\ncolour = red\n", ERROR_INPUT, "line 2: unknown key 'colour'"},
        {"party = ro\nparty = ro\n", ERROR_INPUT, "line 2: party stands twice"},
        {"party = RO\n", ERROR_INPUT, "line 1: party: a-z"},
        {"party\n", ERROR_INPUT, "line 1: 'key = value'"},
        {"= ro\n", ERROR_INPUT, "unknown key ''"},
        {"desk_listen = localhost\n", ERROR_INPUT, "desk_listen: address:port"},
        {"listen = localhost\n", ERROR_INPUT, "line 1: listen: address:port"},
        {"listen = 127.0.0.1:65536\n", ERROR_INPUT, "listen"},
        {"listen = 127.0.0.1:\n", ERROR_INPUT, "listen"},
        {"listen = ::1:8443\n", ERROR_INPUT, "listen"},
        {"listen = [::1:8443\n", ERROR_INPUT, "listen"},
        {"listen = a b:1\n", ERROR_INPUT, "listen"},
        {"reachable = maybe\n", ERROR_INPUT, "reachable: yes or no"},
        {"partner.al.connect = push\n", ERROR_INPUT, "auto, call or pull"},
        {"partner.al.connect = pull\npartner.al.connect = pull\n", ERROR_INPUT, "stands twice"},
        {"partner.AL.connect = pull\n", ERROR_INPUT, "unknown key"},
        {"training = maybe\n", ERROR_INPUT, "training: yes or no"},
        {"keeper_key_files = card\n", ERROR_INPUT, "keeper_key_files: absolute paths"},
        {"keeper_key_files = /\n", ERROR_INPUT, "keeper_key_files: absolute paths"},
        {"keeper_key_files = /a:\n", ERROR_INPUT, "keeper_key_files: absolute paths"},
        {"keeper_key_files = /a:/\n", ERROR_INPUT, "keeper_key_files: absolute paths"},
        {"keeper_key_files = /a::/b\n", ERROR_INPUT, "keeper_key_files: absolute paths"},
        {"database = mysql:\n", ERROR_INPUT, "database: sqlite"},
        {"tls_name = a/b\n", ERROR_INPUT, "tls_name"},
        {"partner.AL.address = x:1\n", ERROR_INPUT, "unknown key"},
        {"partner.al.port = x:1\n", ERROR_INPUT, "unknown key"},
        {"partner.al.address = x\n", ERROR_INPUT, "partner.al.address: host:port"},
        {"partner.al.address = x:1\npartner.al.address = x:1\n", ERROR_INPUT,
         "line 2: partner.al.address stands twice"},
        {"party = ro\a\n", ERROR_INPUT, "line 1: control characters"},
        {"party = ro\n", ERROR_INPUT, "listen is missing"},
        {"", ERROR_INPUT, "party is missing"},
    };
    struct config config;
    struct error err = {0};

    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        CHECK(!reads(cases[i].text, &config, &err));
        CHECK_ERROR(err, cases[i].kind, cases[i].said);
    }
}

CHECK_TEST(a_node_is_not_its_own_partner)
{
    char text[1024];
    struct config config;
    struct error err = {0};

    snprintf(text, sizeof text, "%spartner.ro.address = x:1\n", valid);
    CHECK(!reads(text, &config, &err));
    CHECK_ERROR(err, ERROR_INPUT, "not its own partner");
}

/* Cut anywhere it is either whole up to there (an optional key less, a shorter value) or refused, never more. */
CHECK_TEST(a_cut_configuration_lacks_what_was_cut)
{
    struct config whole;
    struct config config;
    struct error err = {0};
    size_t refused = 0;

    CHECK_OK(reads(valid, &whole, &err), err);
    for (size_t size = 0; size < sizeof valid - 1; size++) {
        error_clear(&err);
        if (!config_read(span_make(valid, size), &config, &err)) {
            CHECK(err.kind == ERROR_INPUT);
            refused++;
            continue;
        }
        CHECK(strcmp(config.party, whole.party) == 0);
        CHECK(config.partner_count <= whole.partner_count);
    }
    CHECK(refused > 80);
}

CHECK_TEST(too_long_lines_and_files_are_refused)
{
    struct buffer text CLEANUP(buffer_free) = buffer_make(4 * CONF_SIZE_MAX);
    struct config config;
    struct error err = {0};

    buffer_text(&text, "party = ");
    for (size_t i = 0; i < CONF_LINE_SIZE_MAX; i++)
        buffer_byte(&text, 'a');
    CHECK(!config_read(buffer_span(&text), &config, &err));
    CHECK_ERROR(err, ERROR_LIMIT, "line 1");
    buffer_clear(&text);
    for (size_t i = 0; i <= CONF_SIZE_MAX; i++)
        buffer_byte(&text, '\n');
    error_clear(&err);
    CHECK(!config_read(buffer_span(&text), &config, &err));
    CHECK_ERROR(err, ERROR_LIMIT, "longer than");
}

CHECK_TEST(partners_are_counted_and_replaced)
{
    struct config config = {.partner_count = 0};
    struct error err = {0};
    char party[16];

    for (unsigned i = 0; i < PARTNER_COUNT_MAX; i++) {
        snprintf(party, sizeof party, "p%u", i);
        CHECK_OK(config_partner_set(&config, span_text(party), span_text("x:1"), &err), err);
    }
    CHECK(!config_partner_set(&config, span_text("more"), span_text("x:1"), &err));
    CHECK_ERROR(err, ERROR_LIMIT, "at most");
    error_clear(&err);
    CHECK_OK(config_partner_set(&config, span_text("p3"), span_text("y:2"), &err), err);
    CHECK_INT(config.partner_count, PARTNER_COUNT_MAX);
    CHECK(strcmp(config.partners[3].address, "y:2") == 0);
    CHECK(!config_partner_set(&config, span_text("p3"), span_text("y"), &err));
    CHECK(strcmp(config.partners[3].address, "y:2") == 0);
}

/* --- the home --- */

static char directory[64];

static void directory_make(void)
{
    snprintf(directory, sizeof directory, "/tmp/besa-home-XXXXXX");
    if (mkdtemp(directory) == NULL)
        exit(1);
}

static void file_write(const char *name, const char *text, mode_t mode)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    unlink(path);
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
    if (fd < 0 || write(fd, text, strlen(text)) < 0 || fchmod(fd, mode) != 0)
        exit(1);
    close(fd);
}

CHECK_TEST(a_home_open_to_others_is_refused)
{
    struct home home;
    struct error err = {0};

    directory_make();
    CHECK_OK(home_find(directory, &home, &err), err);
    chmod(directory, 0750);
    CHECK(!home_find(directory, &home, &err));
    CHECK_ERROR(err, ERROR_RULE, "0700");
    chmod(directory, 0700);
    error_clear(&err);
    CHECK(!home_find(NULL, &home, &err));
    CHECK_ERROR(err, ERROR_INPUT, "--home");
    error_clear(&err);
    CHECK(!home_find("/nonexistent/besa", &home, &err));
    CHECK_ERROR(err, ERROR_MISSING, "/nonexistent/besa");
    rmdir(directory);
}

CHECK_TEST(a_home_has_one_owner_at_a_time)
{
    struct home home;
    struct error err = {0};
    char path[HOME_PATH_SIZE];
    int first = -1;
    int second = -1;

    directory_make();
    CHECK_OK(home_find(directory, &home, &err), err);
    CHECK_OK(home_lock(&home, &first, &err), err);
    CHECK(!home_lock(&home, &second, &err));
    CHECK_ERROR(err, ERROR_BUSY, "in use");
    CHECK_INT(second, -1);
    home_unlock(&first);
    error_clear(&err);
    CHECK_OK(home_lock(&home, &second, &err), err);
    home_unlock(&second);
    if (home_path(&home, HOME_LOCK, path, &err))
        unlink(path);
    rmdir(directory);
}

CHECK_TEST(init_does_not_overwrite_a_node)
{
    struct home home;
    struct error err = {0};
    char path[256];

    directory_make();
    CHECK_OK(home_make(directory, &home, &err), err);
    file_write(HOME_CONF, "party = ro\n", 0600);
    CHECK(!home_make(directory, &home, &err));
    CHECK_ERROR(err, ERROR_CONFLICT, "holds a node already");
    snprintf(path, sizeof path, "%s/%s", directory, HOME_CONF);
    unlink(path);
    rmdir(directory);
}

CHECK_TEST(the_passphrase_is_one_line_for_our_eyes_only)
{
    struct buffer out CLEANUP(buffer_free) = buffer_make(PASSPHRASE_SIZE_MAX);
    struct home home;
    struct error err = {0};
    char path[256];

    directory_make();
    unsetenv("CREDENTIALS_DIRECTORY");
    unsetenv("BESA_PASSPHRASE_FILE");
    CHECK_OK(home_find(directory, &home, &err), err);
    CHECK(!home_passphrase(&home, &out, &err));
    CHECK_INT(err.kind, ERROR_MISSING);
    file_write(HOME_PASSPHRASE, "seven words\n", 0600);
    CHECK_OK(home_passphrase(&home, &out, &err), err);
    CHECK_SPAN(buffer_span(&out), "seven words");
    file_write(HOME_PASSPHRASE, "seven words\n", 0640);
    CHECK(!home_passphrase(&home, &out, &err));
    CHECK_ERROR(err, ERROR_RULE, "0600");
    file_write("besa-keeper", "from systemd", 0400);
    setenv("CREDENTIALS_DIRECTORY", directory, 1);
    buffer_clear(&out);
    CHECK_OK(home_passphrase(&home, &out, &err), err);
    CHECK_SPAN(buffer_span(&out), "from systemd");
    unsetenv("CREDENTIALS_DIRECTORY");
    file_write("elsewhere", "\n", 0600);
    snprintf(path, sizeof path, "%s/elsewhere", directory);
    setenv("BESA_PASSPHRASE_FILE", path, 1);
    buffer_clear(&out);
    CHECK(!home_passphrase(&home, &out, &err));
    CHECK_ERROR(err, ERROR_INPUT, "empty");
    unsetenv("BESA_PASSPHRASE_FILE");
    unlink(path);
    snprintf(path, sizeof path, "%s/besa-keeper", directory);
    unlink(path);
    snprintf(path, sizeof path, "%s/%s", directory, HOME_PASSPHRASE);
    unlink(path);
    rmdir(directory);
}

int main(void)
{
    CHECK_RUN(a_whole_configuration_is_read);
    CHECK_RUN(what_is_written_is_read_again);
    CHECK_RUN(who_opens_the_connection_is_said_for_the_node_and_for_each_partner);
    CHECK_RUN(what_the_tokens_module_may_open_is_said_and_kept);
    CHECK_RUN(an_error_names_line_and_key);
    CHECK_RUN(a_node_is_not_its_own_partner);
    CHECK_RUN(a_cut_configuration_lacks_what_was_cut);
    CHECK_RUN(too_long_lines_and_files_are_refused);
    CHECK_RUN(partners_are_counted_and_replaced);
    CHECK_RUN(a_home_open_to_others_is_refused);
    CHECK_RUN(a_home_has_one_owner_at_a_time);
    CHECK_RUN(init_does_not_overwrite_a_node);
    CHECK_RUN(the_passphrase_is_one_line_for_our_eyes_only);
    return check_end();
}
