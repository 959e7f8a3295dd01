{#- Fails for every value below min_value or above max_value; a null passes unless `is_required`. -#}
{% test in_range(model, column_name, min_value=none, max_value=none, is_required=false) %}
select {{ column_name }}
from {{ model }}
where
    {% if is_required %}{{ column_name }} is null or {% endif -%}
    {% if min_value is not none %}{{ column_name }} < {{ min_value }}{% else %}false{% endif %}
    or {% if max_value is not none %}{{ column_name }} > {{ max_value }}{% else %}false{% endif %}
{% endtest %}
