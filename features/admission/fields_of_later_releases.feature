@rule-schema-checked @extended
Feature: The API server silently drops fields that a release does not know
  Each release adds fields. The API server only stores fields that the installed CRDs define and drops the others, so
  a manifest for a later release is accepted, but not all of it has an effect. An upgrade of KServe does not restore
  dropped fields.

  Scenario Outline: A service loses spec.predictor.<field> <when>
    When this service is applied
      """
      metadata: {name: model, namespace: team-a}
      spec:
        predictor:
          <field>: <value>
          model:
            modelFormat: {name: sklearn}
      """
    Then the service is accepted
    And its stored manifest has no "spec.predictor.<field>"

    @until-0.13.1
    Examples: Worker nodes were added in v0.14.0
      | field      | value | when           |
      | workerSpec | {}    | before v0.14.0 |

    @until-0.15.2
    Examples: Multiple storage locations were added in v0.16.0
      | field       | value                                              | when           |
      | storageUris | [{uri: "gs://example/model", mountPath: /mnt/own}] | before v0.16.0 |

    @until-0.19.0
    Examples: Names of predictors were added in v0.20.0
      | field | value  | when           |
      | name  | stable | before v0.20.0 |

  Scenario Outline: A service keeps spec.predictor.<field> <when>
    When this service is applied
      """
      metadata: {name: model, namespace: team-a}
      spec:
        predictor:
          <field>: <value>
          model:
            modelFormat: {name: sklearn}
      """
    Then the service is accepted
    And its stored manifest has
      """
      spec:
        predictor:
          <field>: <value>
      """

    @since-0.14.0 @until-0.14.1
    Examples: Worker nodes are stored but have no effect
      | field      | value | when       |
      | workerSpec | {}    | in v0.14   |

    @since-0.16.0
    Examples: Multiple storage locations
      | field       | value                                              | when          |
      | storageUris | [{uri: "gs://example/model", mountPath: /mnt/own}] | since v0.16.0 |

    @since-0.20.0
    Examples: Names of predictors
      | field | value  | when          |
      | name  | stable | since v0.20.0 |

  Scenario Outline: A runtime loses <field> <when>
    When a ClusterServingRuntime "written-for-later" is applied
      """
      supportedModelFormats:
        - {name: sklearn, autoSelect: true}
      <field>: <value>
      """
    Then the runtime is accepted
    And the runtime is stored without field "spec.<field>"

    @until-0.8.0
    Examples: Not in v0.8.0
      | field            | value                       | when           |
      | protocolVersions | [v1]                        | before v0.9.0  |
      | volumes          | [{name: own, emptyDir: {}}] | before v0.9.0  |

    @until-0.9.0
    Examples: Not in v0.9.0
      | field            | value          | when           |
      | labels           | {own: label}   | before v0.10.0 |
      | annotations      | {own: note}    | before v0.10.0 |
      | imagePullSecrets | [{name: own}]  | before v0.10.0 |

    @until-0.13.1
    Examples: Not in v0.13
      | field      | value | when           |
      | workerSpec | {}    | before v0.14.0 |
      | hostIPC    | true  | before v0.14.0 |

    @until-0.16.0
    Examples: Not in v0.16.0
      | field         | value | when           |
      | schedulerName | own   | before v0.17.0 |

  Scenario Outline: A runtime keeps <field> <when>
    When a ClusterServingRuntime "written-for-now" is applied
      """
      supportedModelFormats:
        - {name: sklearn, autoSelect: true}
      <field>: <value>
      """
    Then the runtime is accepted
    And the runtime is stored with field "spec.<field>"

    @since-0.9.0
    Examples: In v0.9.0
      | field            | value                       | when          |
      | protocolVersions | [v1]                        | since v0.9.0  |
      | volumes          | [{name: own, emptyDir: {}}] | since v0.9.0  |

    @since-0.10.0
    Examples: In v0.10.0
      | field            | value          | when          |
      | labels           | {own: label}   | since v0.10.0 |
      | annotations      | {own: note}    | since v0.10.0 |
      | imagePullSecrets | [{name: own}]  | since v0.10.0 |

    @since-0.14.0
    Examples: In v0.14.0
      | field   | value | when          |
      | hostIPC | true  | since v0.14.0 |

    @since-0.17.0
    Examples: In v0.17.0
      | field         | value | when          |
      | schedulerName | own   | since v0.17.0 |

  @until-0.11.0
  Scenario: Before v0.11.1 the priority of a format is dropped
    When a ClusterServingRuntime "written-for-later" is applied
      | format  | autoSelect | priority |
      | sklearn | true       | 1        |
    Then the runtime is stored without field "spec.supportedModelFormats.sklearn.priority"

  @since-0.11.1
  Scenario: Since v0.11.1 the priority of a format is stored
    When a ClusterServingRuntime "written-for-now" is applied
      | format  | autoSelect | priority |
      | sklearn | true       | 1        |
    Then the runtime is stored with field "spec.supportedModelFormats.sklearn.priority"

  @until-0.11.2
  Scenario: Before v0.12.0 nothing remains of a predictor that only has the key huggingface
    When a service in namespace "team-a" uses the legacy key "huggingface"
    Then the service is rejected with "must be specified in PredictorSpec"

  @until-0.19.0
  Scenario: Before v0.20.0 the canaries of a service are dropped
    When this service is applied
      """
      metadata: {name: model, namespace: team-a}
      spec:
        predictor:
          model: {modelFormat: {name: sklearn}}
        canary:
          - {trafficPercent: 10, predictor: {name: next, model: {modelFormat: {name: sklearn}}}}
      """
    Then the service is accepted
    And its stored manifest has no "spec.canary"
