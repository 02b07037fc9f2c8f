version=2
# What kizuki reads in Exim's main log, behind the time and the identifier of
# the message: "H=" a contact that failed, "==" deferred, "**" failed,
# "=>" and "->" delivered, "<= <>" an error report of our own.
# Fields: to, host, addr, port, number, text.
rule=connect:H=%host:word% [%addr:char-to:]%]:%port:number% %text:rest%
rule=connect:H=%host:word% [%addr:char-to:]%] %text:rest%
rule=connect:H=%host:word% [%addr:char-to:]%]:%port:number%: %text:rest%
rule=connect:H=%host:word% [%addr:char-to:]%]: %text:rest%
rule=exim-defer:== %to:word% %-:string-to:defer (%defer (%number:char-to:)%)%text:rest%
rule=exim-fail:** %text:rest%
rule=exim-sent:=> %to:word% %-:string-to: T=% T=%-:word% H=%host:word% [%addr:char-to:]%]:%port:number%%-:rest%
rule=exim-sent:=> %to:word% %-:string-to: T=% T=%-:word% H=%host:word% [%addr:char-to:]%] %-:rest%
rule=exim-sent:-> %to:word% %-:string-to: T=% T=%-:word% H=%host:word% [%addr:char-to:]%]:%port:number%%-:rest%
rule=exim-sent:-> %to:word% %-:string-to: T=% T=%-:word% H=%host:word% [%addr:char-to:]%] %-:rest%
rule=null-sender:<= <> %-:rest%
