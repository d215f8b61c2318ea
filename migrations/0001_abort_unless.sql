-- Rolls its transaction back unless the condition holds. Neon's HTTP driver has no interactive
-- transactions, so this is how a batch stops half way: SQLSTATE IMP01, with the reason as message.
CREATE FUNCTION abort_unless(condition boolean, reason text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF condition IS NOT TRUE THEN
    RAISE EXCEPTION USING ERRCODE = 'IMP01', MESSAGE = reason;
  END IF;
END
$$;
