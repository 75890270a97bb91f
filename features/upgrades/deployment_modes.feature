@needs-upgrade @extended @needs-default-mode
Feature: Services after an upgrade over the renaming of deployment modes
  v0.16.0 renamed the deployment modes RawDeployment and Serverless to Standard and Knative. A mode that v0.15.2
  recorded in the status of a service keeps its old name until v0.19.0 replaces it. In between, the webhook compares
  the annotation with that old name: v0.16.0 rejects the new name, and v0.17.0, which replaces the name in the
  annotation itself, rejects every update. Before v0.15.2 nothing was recorded, so v0.16.0 records the new name, and
  rejects every update that keeps the old one.

  Background:
    Given a ClusterServingRuntime "model-server"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |

  @rule-mode-recorded-by-old-name
  Scenario Outline: From v0.15.2 to <to>, an update of a service in RawDeployment mode is <verdict>
    Given KServe v0.15.2 is installed
    And the default deployment mode is "RawDeployment"
    When a service in namespace "team-a" requests "sklearn"
    Then it runs on ClusterServingRuntime "model-server"
    When KServe is upgraded to <to>
    And annotation "example.com/owner" of the service is set to "team-b"
    Then the service is <verdict>

    Examples: The annotation keeps the old name
      | to      | verdict  |
      | v0.16.0 | accepted |

    Examples: The annotation gets the new name, the record keeps the old one
      | to      | verdict                                                                                              |
      | v0.17.0 | rejected with "update rejected: deploymentMode cannot be changed from 'RawDeployment' to 'Standard'" |

    Examples: Both get the new name
      | to      | verdict  |
      | v0.20.0 | accepted |

  @rule-mode-recorded-by-old-name
  Scenario Outline: From v0.15.2 to <to>, the new name of RawDeployment is <verdict>
    Given KServe v0.15.2 is installed
    And the default deployment mode is "RawDeployment"
    When a service in namespace "team-a" requests "sklearn"
    Then it runs on ClusterServingRuntime "model-server"
    When KServe is upgraded to <to>
    And annotation "serving.kserve.io/deploymentMode" of the service is set to "Standard"
    Then the service is <verdict>

    Examples:
      | to      | verdict                                                                                              |
      | v0.16.0 | rejected with "update rejected: deploymentMode cannot be changed from 'RawDeployment' to 'Standard'" |
      | v0.20.0 | accepted                                                                                             |

  @rule-mode-locks-service
  Scenario: From v0.11.2 to v0.16.0, a service in RawDeployment mode cannot be updated until it has the new name
    Given KServe v0.11.2 is installed
    And the default deployment mode is "RawDeployment"
    When a service in namespace "team-a" requests "sklearn"
    Then it runs on ClusterServingRuntime "model-server"
    When KServe is upgraded to v0.16.0
    And annotation "example.com/owner" of the service is set to "team-b"
    Then the service is rejected with "update rejected: deploymentMode cannot be changed from 'Standard' to 'RawDeployment'"
    When annotation "serving.kserve.io/deploymentMode" of the service is set to "Standard"
    Then the service is accepted

  @rule-mode-locks-service
  Scenario: From v0.16.0 to v0.20.0, a service that v0.16.0 has locked can be updated again
    Given KServe v0.16.0 is installed
    And the default deployment mode is "RawDeployment"
    When this service is applied
      """
      metadata: {name: model, namespace: team-a, annotations: {serving.kserve.io/deploymentMode: RawDeployment}}
      spec:
        predictor:
          model:
            modelFormat: {name: sklearn}
            storageUri: gs://example/models/model
      """
    Then it runs on ClusterServingRuntime "model-server"
    When annotation "example.com/owner" of the service is set to "team-b"
    Then the service is rejected
    When KServe is upgraded to v0.20.0
    And KServe reconciles service "model" in namespace "team-a" again
    Then it runs on ClusterServingRuntime "model-server"
    When annotation "example.com/owner" of the service is set to "team-b"
    Then the service is accepted
