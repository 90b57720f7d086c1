# The tape interpreter for x86_64 (System V system call convention), listed for reading; Interpreter.java holds its
# bytes and a test assembles this file and compares the two.
#
# An entry is 80 bytes:
#    0  i32  system call number
#    4  u32  bit i+1 set: argument i is the address of its value
#    8  u64  arguments 0..5
#   56  u64  address that gets the result, -errno if it failed
#   64  u32  address of the entry to play when the result is 0
#   68  u32  errno that is expected: 0 = none, 0xffffffff = any
#   72  u32  address of the entry to play on the expected errno
#   76  u32  the entry's index, for the report
#
# An unexpected error is reported as 8 bytes {u32 index, u32 errno} on descriptor 3, then the process exits with 127.
# rbx = the current entry. Nothing else lives longer than one entry.

        .set    TAPE, 0x411000          # where the ELF file puts the first entry
        .set    ENTRY, 80
        .set    REPORT_FD, 3
        .text
        .globl  _start
_start: mov     $TAPE, %ebx

play:   mov     $6, %ecx                # push arguments 5..0
load:   mov     (%rbx,%rcx,8), %rax     # argument rcx-1, at 8 + 8*(rcx-1)
        bt      %ecx, 4(%rbx)
        jnc     direct
        mov     (%rax), %rax
direct: push    %rax
        loop    load
        pop     %rdi
        pop     %rsi
        pop     %rdx
        pop     %r10
        pop     %r8
        pop     %r9
        mov     (%rbx), %eax
        syscall                         # clobbers rcx and r11
        mov     56(%rbx), %rcx
        mov     %rax, (%rcx)            # errors too: whoever expects one may want to know which
        cmp     $-4095, %rax
        jae     failed                  # unsigned: -4095..-1 are errors
        test    %rax, %rax
        jz      zero
        add     $ENTRY, %rbx
        jmp     play
zero:   mov     64(%rbx), %ebx
        jmp     play

failed: neg     %eax                    # errno
        mov     68(%rbx), %ecx
        cmp     %eax, %ecx
        je      expect
        inc     %ecx
        jz      expect                  # any errno

        shl     $32, %rax               # report {index, errno}
        mov     76(%rbx), %ecx
        or      %rcx, %rax
        push    %rax
        mov     $REPORT_FD, %edi
        mov     %rsp, %rsi
        mov     $8, %edx
        mov     $1, %eax                # write
        syscall
        mov     $127, %edi
        mov     $231, %eax              # exit_group
        syscall

expect: mov     72(%rbx), %ebx
        jmp     play
