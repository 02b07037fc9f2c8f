version=2
# What kizuki reads in BIND's log (categories lame-servers and its like).
# Fields: name (what was asked), addr (whom), text (why it failed).
rule=server:%text:string-to: resolving '% resolving '%name:char-to:/%/%-:char-to:'%': %addr:char-to:#%#%-:rest%
rule=server:%text:string-to: resolving '% resolving '%name:char-to:'%' (in %-:char-to:)%): %addr:char-to:#%#%-:rest%
