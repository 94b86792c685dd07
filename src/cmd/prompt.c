/* Prompt: see prompt.h. */
#include "cmd/prompt.h"

#include "crypto/password.h"

#include <stdio.h>
#include <termios.h>
#include <unistd.h>

static bool line_read(struct buffer *out, struct error *err)
{
    char c = 0;

    while (read(STDIN_FILENO, &c, 1) == 1 && c != '\n')
        if (!buffer_byte(out, (uint8_t)c))
            return error_set(err, ERROR_INPUT, "a password has at most %d bytes",
                             PASSWORD_SIZE_MAX);
    return true;
}

bool prompt_password(const char *prompt, struct buffer *out, struct error *err)
{
    struct termios before;
    struct termios silent;

    if (isatty(STDIN_FILENO) == 0)
        return line_read(out, err);
    if (tcgetattr(STDIN_FILENO, &before) != 0)
        return error_set(err, ERROR_INPUT, "no terminal to ask for the password");
    silent = before;
    silent.c_lflag &= ~(tcflag_t)ECHO;
    fputs(prompt, stderr);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
    bool ok = line_read(out, err);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
    fputc('\n', stderr);
    return ok;
}
