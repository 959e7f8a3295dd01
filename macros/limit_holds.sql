{#- Whether a service limit is in force at a moment; its last day counts. -#}
{% macro limit_holds(limits, moment) -%}
    {{ limits }}.valid_from_at <= {{ moment }}
    and ({{ limits }}.valid_to_at is null or {{ moment }} < {{ add_seconds(limits ~ '.valid_to_at', 86400) }})
{%- endmacro %}
